"""The only room that speaks to OCI: from a connection to observed resources, from a plan to requests."""
