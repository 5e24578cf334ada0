"""The task queue. The broker is a bell: what is to be done stands in the database."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "diagnosis_app.settings")
app = Celery("clew")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
