"""Operations on manifests and artifacts that need no target."""
