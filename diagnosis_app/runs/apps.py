from django.apps import AppConfig


class RunsConfig(AppConfig):
    name = "diagnosis_app.runs"
    label = "runs"
