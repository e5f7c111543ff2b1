"""MF75x, MF76x: artifacts and entries of the catalog."""

from __future__ import annotations

from compiler.codes.code import Code, ExitCode

CATALOG: dict[str, Code] = {
    "MF750": Code(
        "unusable artifact in the catalog",
        "The artifact is no zip archive, would write outside of its folder, is not what its tag or its own list of "
        "files says, or, where manifact did not make it, unpacks to more than 100 times its size (and 256 MiB).",
        advice="compile and save the model again, or pull another version",
    ),
    "MF751": Code(
        "folder is not empty",
        "`pull` and `import` write into a new folder only: nothing of yours is overwritten.",
        ExitCode.REFUSED,
        advice="name a new folder",
    ),
    "MF755": Code(
        "transfer was cut off",
        "The connection ended again and again before the object was here. What has arrived is kept aside: the next "
        "try goes on from there.",
        ExitCode.ENVIRONMENT,
        advice="run the same command again: it goes on where it was cut off",
    ),
    "MF756": Code(
        "files of a by-reference model are not as they should be",
        "The model's files lie in a bucket, one object each, and the catalog only points to them. An object is "
        "missing, has another size, or does not belong there.",
        ExitCode.INCOMPLETE,
        advice="apply again, or put the files back as they were",
    ),
    "MF757": Code(
        "nobody knows where the model's files lie",
        "The catalog says that a model is by reference, but not of which bucket: the API has no field for it. manifact "
        "keeps the place in the metadata of the models it makes, and this one has none.",
        advice="bring the files from their bucket by hand, and compile them as a model of your own",
    ),
    "MF760": Code(
        "belongs to somebody else",
        "The resource carries the tags of another manifest, or another resource carries those of this one. Two "
        "manifests never share a resource: rename one of them, or take the tags beginning with `manifact-` away "
        "where the other one is given up.",
        ExitCode.REFUSED,
        advice="rename one of the two manifests",
    ),
    "MF761": Code(
        "nothing of this name in the target",
        "No model, deployment or version set that is not deleted has this name or OCID in the target's compartment. "
        "`manifact list` shows what there is, `manifact list --all` deleted ones as well.",
        ExitCode.ENVIRONMENT,
        advice="`manifact list` shows what there is",
    ),
    "MF762": Code(
        "several resources of this name",
        "Display names are not unique in OCI: say the OCID, or enough of its end.",
        ExitCode.USAGE,
        advice="say the OCID of the one you mean",
    ),
    "MF763": Code(
        "object is there with other content",
        "`export` replaces an object of a bucket only with `--overwrite`.",
        ExitCode.REFUSED,
        advice="choose another name for the object",
    ),
    "MF764": Code(
        "cannot be imported",
        "The resource is of a kind, or in a state, that a manifest cannot describe: the message says which.",
        advice="`manifact show NAME` says what it is; it can only be managed where it was made",
    ),
    "MF765": Code(
        "seems to have lost its tags",
        "The tags beginning with `manifact-` are what a resource is known by. One without them sits in the version set "
        "of this manifest, or serves its model under its name: somebody may have replaced all tags by others. apply "
        "makes another one; `manifact import` takes the former one over again.",
        advice="`manifact import NAME FOLDER` takes it over again",
    ),
}
