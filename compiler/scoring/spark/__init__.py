"""The engine `spark`: a job that an existing Spark runs, started here or written to a folder."""
