"""The only room that speaks to OCI: connection, catalog, deployments, object storage; observe and execute."""
