"""What runs in the process that reads one file: typing, decoding, one parser a format.

Nothing here imports more than the standard library (and pypdfium2, for PDF): the process starts without
site-packages, and a mistake in a parser can reach neither settings nor database. `documents` starts it.
"""
