"""Two investigations of one case, side by side: what differs between them, and what it did to the ranks."""
