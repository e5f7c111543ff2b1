"""What OCI accepts, checked at compile with the line in the manifest."""
