from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "diagnosis_app.accounts"
    label = "accounts"
