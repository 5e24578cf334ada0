"""How good is the search over texts? `manage.py benchmark search`; docs/evaluation.md describes it."""
