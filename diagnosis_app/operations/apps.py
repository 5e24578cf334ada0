from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "diagnosis_app.operations"
    label = "operations"
