from django.apps import AppConfig


class BatchConfig(AppConfig):
    name = "diagnosis_app.batch"
    label = "batch"

    def ready(self) -> None:
        from diagnosis_app.batch.watch import watch
        from diagnosis_app.leases import on_every_round

        on_every_round(watch)
