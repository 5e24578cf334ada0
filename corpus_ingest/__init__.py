"""Brings knowledge in: sources are fetched, parsed, built into snapshots and published."""
