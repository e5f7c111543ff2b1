"""Where the user's files are: the project root, its project file, the manifests, targets, variables."""
