from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    name = "diagnosis_app.evaluation"
    label = "evaluation"
