"""The model server: score.py over HTTP with OCI's predict contract; a supervisor a deployment, and its workers."""
