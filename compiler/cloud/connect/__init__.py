"""Signed requests to OCI: credentials, retries, errors, the transport of the embedded OCI."""
