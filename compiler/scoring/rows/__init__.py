"""Scores batches of rows with a loaded score.py; runs in worker processes as in Spark's executors.

Imports only modules that `compiler.scoring.spark.job` ships, all of them standard library, pyarrow beside it.
"""
