"""From an estimator in memory to a folder with its manifest.

The only room that touches objects of frameworks, and only through modules that the user has imported (`sys.modules`):
nothing here imports one. The user's estimator runs in the user's own process, as it does in any notebook.
"""
