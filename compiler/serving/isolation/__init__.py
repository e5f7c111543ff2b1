"""Shutting a process in before it loads user code: its files, its network, and which other processes it can reach.

Uses the standard library alone and little of it: every verification imports this before the model is loaded.
"""
