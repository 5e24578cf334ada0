"""Pages of cases: thin. They read the request, call an action, and choose a template."""
