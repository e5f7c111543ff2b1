"""MF5xx: build and artifact."""

from __future__ import annotations

from compiler.codes.code import Code

ARTIFACTS: dict[str, Code] = {
    "MF501": Code(
        "two files claim one path",
        "A file named by the manifest would lie where Manifact writes one of its own (score.py, runtime.yaml, the "
        "schemas, …), or where another file already needs a directory. Rename it, or for score.py use "
        "`spec.score.file`.",
    ),
    "MF502": Code(
        "path not allowed in an artifact",
        "Artifact paths are relative, `/`-separated and free of `..`, backslashes and control characters, and lead "
        "to plain files, so that the archive extracts alike everywhere (ADS 2.16.1 refuses others).",
    ),
    "MF503": Code(
        "file would be dropped from the artifact",
        "`__pycache__`, compiled Python files, notebook checkpoints and .DS_Store are listed in .model-ignore: ADS "
        "leaves them out when it zips the artifact. Do not include them.",
    ),
    "MF504": Code(
        "destination holds files of somebody else",
        "An artifact directory is only replaced when Manifact made it: then its artifact.json lies beside it. "
        "Anything else is left alone. Choose another destination, or move the files away.",
    ),
    "MF505": Code(
        "file changed during the build",
        "A file no longer has the size or the SHA-256 it had when it was read. Run the command again.",
    ),
    "MF506": Code(
        "no score.py for this kind of model",
        "There is no template that loads this combination of framework and format. Bring your own score.py with "
        "`spec.score.file`, or save the model in one of the formats that the message names.",
    ),
    "MF507": Code(
        "unusable artifact.json",
        "The record of a build is damaged or of another format version. Compile the model again.",
    ),
    "MF520": Code(
        "artifact cannot be examined",
        "The path is neither a directory nor readable; introspection looks at an artifact directory.",
    ),
    "MF521": Code(
        "artifact would not be accepted",
        "A check of Oracle ADS, or one of ours, fails on the artifact: `manifact introspect` shows all of them. Most "
        "often it is a score.py of your own without load_model() or predict(data).",
    ),
    "MF522": Code(
        "Python file with a syntax error",
        "A module that goes into the artifact (hooks, score.py, the architecture) cannot be parsed. It is parsed and "
        "never run.",
    ),
}
