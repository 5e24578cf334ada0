from django.apps import AppConfig


class RunsConfig(AppConfig):
    name = "diagnosis_app.runs"
    label = "runs"

    def ready(self) -> None:
        from corpus_ingest import retention
        from diagnosis_app.runs.pinned import snapshots

        retention.keep_for("made an investigation", snapshots)
