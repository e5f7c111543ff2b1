"""Isolating a process before it loads user code: from files, from the network, from other processes.

Uses the standard library alone and little of it: every verification imports this before the model is loaded.
"""
