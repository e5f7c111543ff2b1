"""The grammar of the SQL that a Spark pipeline may run."""
