"""Templates, static files and the template tags that draw them. No logic of the clinic lives here."""
