from diagnosis_app.review.views import keeping, one, passages, readers, sources

__all__ = ["keeping", "one", "passages", "readers", "sources"]
