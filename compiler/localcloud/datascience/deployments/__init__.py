"""The embedded model deployments."""
