"""The clinic: accounts, cases, runs, audit, interop and the API, as one Django project."""

__version__ = "0.1.0"
