"""The model server: score.py over HTTP with OCI's predict contract; one supervisor a deployment, with its workers."""
