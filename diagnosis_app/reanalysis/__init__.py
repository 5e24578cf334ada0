"""Open cases are ranked again when the knowledge in use changes; where the first five changed, the team is told why."""
