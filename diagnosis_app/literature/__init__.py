"""Papers about a case's findings, one search at a time, through a door that is closed by default."""
