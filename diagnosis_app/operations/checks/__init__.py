"""What `manage.py doctor` looks at, one module a subject. Each check answers with findings in plain words."""
