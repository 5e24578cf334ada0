from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    name = "diagnosis_app.knowledge"

    def ready(self) -> None:
        from diagnosis_app.knowledge.watch import watch
        from diagnosis_app.leases import on_every_round

        on_every_round(watch)
