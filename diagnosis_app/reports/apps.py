from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "diagnosis_app.reports"
    label = "reports"
