"""The web process."""

import os
from typing import cast

from django.core.asgi import get_asgi_application

from diagnosis_app.bounded import Application, Bounded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "diagnosis_app.settings")
application = Bounded(cast(Application, get_asgi_application()))
