"""OCI Object Storage: objects, uploads, downloads and the conda packs kept there."""
