"""The web console of the embedded OCI."""
