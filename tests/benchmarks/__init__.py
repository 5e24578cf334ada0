"""Measurements of quality and speed; run by hand or by the benchmark command, never by the tests."""
