"""Those who argue: each a small prompt with one job and a schema of its own.

A member composes what it shows, asks, and keeps of the answer only what stands on something that is here: an id that
it was given, words that occur where they are said to stand, a name that resolves. The rest is counted and set aside.
"""
