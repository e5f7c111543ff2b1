"""Shared parts of the tests: typed helpers that test files and the processes they start can import."""
