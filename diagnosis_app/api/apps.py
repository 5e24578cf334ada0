from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "diagnosis_app.api"
    label = "clinic_api"
