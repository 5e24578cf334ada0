"""The pages about knowledge, one file for what belongs together."""
