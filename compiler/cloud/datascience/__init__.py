"""OCI Data Science: models, version sets, deployments and their endpoints."""
