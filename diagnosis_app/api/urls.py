from django.urls import include, path

from diagnosis_app.api import reference, site

urlpatterns = [
    path("api/", reference.reference, name="api"),
    path("api/openapi.json", reference.schema_file, name="api-schema"),
    path("api/v1/", include((site.urls(), "api"))),
]
