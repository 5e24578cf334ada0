from django.apps import AppConfig


class ReanalysisConfig(AppConfig):
    name = "diagnosis_app.reanalysis"
    label = "reanalysis"

    def ready(self) -> None:
        from corpus_ingest import retention
        from diagnosis_app.leases import on_every_round
        from diagnosis_app.reanalysis.progress import snapshots_needed
        from diagnosis_app.reanalysis.watch import watch

        retention.keep_for("is what open cases are compared with", snapshots_needed)
        on_every_round(watch)
