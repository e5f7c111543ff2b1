"""The description of an endpoint for clients, as OpenAPI."""
