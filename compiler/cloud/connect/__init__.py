"""Signed requests to OCI: credentials, retries, errors, and the transport of the embedded OCI."""
