"""The parts of `manage.py diagnose`: a file, what it says, its ranking, and the words for a terminal.

Nothing here needs a database or a queue: a fresh checkout with knowledge is enough.
"""
