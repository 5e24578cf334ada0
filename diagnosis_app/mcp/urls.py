from django.urls import path

from diagnosis_app.mcp import border

urlpatterns = [path("mcp", border.mcp, name="mcp")]
