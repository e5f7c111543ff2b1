"""OCI Data Science: models, version sets, deployments, their endpoints."""
