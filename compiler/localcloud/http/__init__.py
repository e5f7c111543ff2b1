"""HTTP messages of the embedded OCI: routing, signatures, validation, paging, errors."""
