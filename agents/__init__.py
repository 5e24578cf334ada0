"""Investigates a case. No Django: the world comes in through Protocols."""
