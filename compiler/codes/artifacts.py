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
    "MF508": Code(
        "folder is not ours",
        "`build` and `.manifact` at the project root are made by Manifact for this user alone. A symbolic link there "
        "would lead writing elsewhere, and what git tracks came with the checkout and could pass for a build. Remove "
        "the link, or take the folder out of git.",
    ),
    "MF509": Code(
        "builds are not remembered",
        "Records of builds and verifications carry a MAC, so that one that comes with a checkout is not believed. Its "
        "key lies in `$XDG_STATE_HOME/manifact` (by default ~/.local/state/manifact), which cannot be written, lies "
        "in the checkout, or holds a key that others can read. Everything works, and is done again each time.",
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
    "MF530": Code(
        "no artifact",
        "`spec.artifact.path` is neither a directory nor a zip archive.",
    ),
    "MF531": Code(
        "artifact's archive cannot be read",
        "The zip archive of the artifact is damaged, encrypted, or compressed in a way that few readers know; or its "
        "directory and what stands before each file contradict each other, so that other readers would find other "
        "files. Zip it anew.",
    ),
    "MF532": Code(
        "entry not allowed in an artifact's archive",
        "Archives come from strangers: an entry with a path that leads out of the artifact, a symbolic link, a device, "
        "or a name that is there twice is refused before anything is unpacked.",
    ),
    "MF533": Code(
        "files one folder down",
        "An artifact's files lie at its top. Archives are often made of a folder instead of its content.",
    ),
    "MF534": Code(
        "artifact's archive beyond limits",
        "An archive may list 100,000 files and unpack to 100 times its size (or 256 MiB), and what it unpacks to must "
        "find place on the disk. So no archive can use up the machine.",
    ),
    "MF535": Code(
        "model file in the artifact cannot be read",
        "A file of the artifact, or one that `spec.include` brings, looks like a model and is damaged. It is kept "
        "as it is; nothing of this file is told to the catalog.",
    ),
    "MF536": Code(
        "schema in the artifact of another form",
        "`input_schema.json` and `output_schema.json` go into the catalog, where Oracle ADS's form (version 1.1) is "
        "expected. The message says what was left out.",
    ),
}
