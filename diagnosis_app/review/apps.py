from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "diagnosis_app.review"
    label = "review"

    def ready(self) -> None:
        from diagnosis_app.audit.reading import withhold
        from diagnosis_app.reports.verdicts import read_by
        from diagnosis_app.review.blinding import rows_withheld
        from diagnosis_app.review.reporting import told_in_reports

        withhold(rows_withheld)
        read_by(told_in_reports)
