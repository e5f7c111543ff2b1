"""The revision to reconcile: a hardened checkout of a repository."""
