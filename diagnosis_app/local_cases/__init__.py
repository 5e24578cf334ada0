"""A team's own cases: kept with consent, without what tells who the patient is, found by that team alone."""
