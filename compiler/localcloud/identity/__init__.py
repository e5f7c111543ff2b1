"""The parts of OCI Identity and Search that clients ask before Data Science."""
