from django.apps import AppConfig


class LiteratureConfig(AppConfig):
    name = "diagnosis_app.literature"
    label = "literature"

    def ready(self) -> None:
        from diagnosis_app.leases import on_every_round
        from diagnosis_app.literature.watch import watch

        on_every_round(watch)
