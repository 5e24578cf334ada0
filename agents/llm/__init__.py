"""Speaks with a reasoning model. It may argue and choose; it writes no number and is never needed."""
