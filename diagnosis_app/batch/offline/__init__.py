"""The parts of `manage.py batch`: one case after the other, in this process, into files.

They load the agents' runner, so no page and no task of the web imports this folder.
"""
