from django.apps import AppConfig


class AttachmentsConfig(AppConfig):
    name = "diagnosis_app.attachments"
    verbose_name = "Letters of a case"
