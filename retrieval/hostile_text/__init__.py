"""Finds what in a text speaks to a machine, or shows something else than what is stored.

Patterns alone: the same on every machine, nothing to persuade, explained by the words that matched. It decides nothing;
whoever brings texts in holds them back, and whoever shows one to a model leaves it out.
"""
