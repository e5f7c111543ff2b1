"""The database and the files in which the embedded OCI keeps everything."""
