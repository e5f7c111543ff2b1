#!/bin/sh
# Container Instance (1 OCPU, 2 GB, restart policy ALWAYS): the command of the container, from an image with Python 3.11,
# git and manifact. It signs in as a resource principal; MANIFACT_GIT_TOKEN is read where the repository is private.
# `reconcile.store` must be a folder of a bucket: the disk of a container is not kept.
export MANIFACT_TARGET=production MANIFACT_AUTH=resource_principal
exec manifact reconcile --repo "$REPOSITORY" --ref main --interval 60s --prune --yes --listen 127.0.0.1:9180
