"""One pass of the pipeline as a leased row: asked for, claimed, carried stage by stage, paused, resumed, ended.

`requests` is the door for pages and commands; `worker` carries an ingestion, in the queue's process or
inline. None of it decides who may do what.
"""
