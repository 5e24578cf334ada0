from django.apps import AppConfig


class ReanalysisConfig(AppConfig):
    name = "diagnosis_app.reanalysis"
    label = "reanalysis"

    def ready(self) -> None:
        from diagnosis_app.leases import on_every_round
        from diagnosis_app.reanalysis.watch import watch

        on_every_round(watch)
