from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    name = "diagnosis_app.knowledge"
