"""Compile orchestration: read everything one manifest names, run the passes, emit, write."""
