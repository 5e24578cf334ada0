from django.apps import AppConfig


class LocalCasesConfig(AppConfig):
    name = "diagnosis_app.local_cases"
    label = "local_cases"

    def ready(self) -> None:
        from diagnosis_app.cases.fate import on_fate
        from diagnosis_app.local_cases.actions import follow

        on_fate(follow)
