"""The parts of OCI Identity or Search that clients ask before Data Science."""
