"""model_artifact_manifest.json: what ADS 2.16.1 checks a downloaded artifact against.

ADS writes it only into its zip, with the time in `generated_at`. Its readers (`safe_extract_zip`,
`verify_model_artifact_manifest`, the generated score.py) look at `files` alone; so ours has no `generated_at`, which
would change the bytes of an unchanged model, and is a file of the artifact like any other.
"""

from __future__ import annotations

import json

from compiler.emit.tree import ArtifactTree, sha256, size

MANIFEST_NAME = "model_artifact_manifest.json"


def manifest_file(files: ArtifactTree) -> bytes:
    """The manifest of these files; it does not list itself."""
    entries = {path: {"sha256": sha256(content), "size": size(content)} for path, content in files.items()}
    document = {"version": 1, "generated_by": "manifact", "files": entries}
    return (json.dumps(document, indent=2, sort_keys=True) + "\n").encode()
