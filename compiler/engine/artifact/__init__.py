"""Operations that need no target: on manifests, on artifacts."""
