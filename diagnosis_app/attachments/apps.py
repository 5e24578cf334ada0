from django.apps import AppConfig


class AttachmentsConfig(AppConfig):
    name = "diagnosis_app.attachments"
    verbose_name = "Letters of a case"

    def ready(self) -> None:
        from diagnosis_app.attachments.reaper import watch
        from diagnosis_app.leases import on_every_round

        on_every_round(watch)
