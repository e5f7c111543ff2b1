"""Reconcile: bring a target to what a checkout or a repository says, turn by turn.

A client of the engine. It compiles, observes and plans through it, and decides only when a planned change may begin.
"""
