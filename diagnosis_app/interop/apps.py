from django.apps import AppConfig


class InteropConfig(AppConfig):
    name = "diagnosis_app.interop"
    label = "interop"
