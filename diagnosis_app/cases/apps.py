from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "diagnosis_app.cases"
    label = "cases"
