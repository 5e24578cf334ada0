"""Training a policy in the environment that it is used in: the recipe of docs/training.md, and a test of it.

It lies with the tests because nothing that runs in a clinic may load what it imports.
"""
