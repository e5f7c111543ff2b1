"""OCI Object Storage: objects, uploads, downloads, the conda packs kept there."""
