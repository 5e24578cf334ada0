from diagnosis_app.review.views import keeping, one, readers, sources

__all__ = ["keeping", "one", "readers", "sources"]
