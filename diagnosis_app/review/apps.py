from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "diagnosis_app.review"
    label = "review"

    def ready(self) -> None:
        from diagnosis_app.audit.reading import withhold
        from diagnosis_app.review.blinding import rows_withheld

        withhold(rows_withheld)
