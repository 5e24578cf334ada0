from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "diagnosis_app.audit"
    label = "audit"
