"""The store in which the embedded OCI keeps everything: one database, with files for contents."""
