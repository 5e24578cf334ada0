"""Search by meaning: embeddings and the indexes over them, and what stands in when they are away.

Only `retrieval.service`, a process of its own, loads a model or FAISS. Everything that a page may
import (`client`, `lexical`, `similar`, `wire`) is plain Python and numpy.
"""
