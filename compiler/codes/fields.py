"""MF1xx: the fields of a manifest."""

from __future__ import annotations

from compiler.codes.code import Code, ExitCode

FIELDS: dict[str, Code] = {
    "MF100": Code(
        "missing field",
        "A required field is not there. `manifact schema` prints what each document needs.",
    ),
    "MF101": Code(
        "unknown field",
        "The field does not exist at this place: a typing mistake, or it belongs one level higher or lower.",
    ),
    "MF102": Code(
        "unknown value",
        "The field takes one of a fixed set of values, and this is none of them.",
    ),
    "MF103": Code(
        "wrong type",
        "The field holds another kind of value than it should, or nothing at all.",
    ),
    "MF104": Code(
        "number where text is meant",
        "YAML reads an unquoted 1.10 as the number 1.1, which loses the zero. Versions and tags need quotes.",
    ),
    "MF105": Code(
        "wrong form",
        "The text does not have the form the field asks for: its length, or its characters.",
    ),
    "MF106": Code(
        "out of range",
        "The number, or the count of items, is outside the limits of the field.",
    ),
    "MF107": Code(
        "fields that exclude or need each other",
        "Some fields are alternatives (model, artifact and modelId; instances and autoscaling; path and uri), and "
        "some only make sense together (uri and sha256).",
    ),
    "MF108": Code(
        "path outside the project",
        "A manifest may only name files inside its project root, symbolic links resolved: manifests come from pull "
        "requests, and must not be able to collect other files of the machine.",
    ),
    "MF109": Code(
        "not available in this version",
        "The manifest format has this field already, but this version of manifact cannot carry it out. Nothing was "
        "done.",
    ),
    "MF110": Code(
        "a file that holds secrets",
        "Private keys, `.env` files and OCI configuration are never packed into an artifact.",
    ),
    "MF111": Code(
        "unknown target",
        "The project file names no such target. `local` is always there.",
        ExitCode.USAGE,
    ),
    "MF112": Code(
        "no such manifest or model",
        "The path, or the model name, does not lead to a manifest of the project.",
        ExitCode.USAGE,
    ),
    "MF113": Code(
        "two manifests of one name",
        "Names are unique in a project: tags, version sets and build folders go by them.",
    ),
    "MF115": Code(
        "variable or reference where it cannot stand",
        "Variables work in `catalog`, `deployment` and targets only, so that an artifact never depends on its target. "
        "`${model.id}` and the like belong to plans, which fill them in with what they make.",
    ),
    "MF116": Code(
        "field without use",
        "With `spec.artifact` the artifact itself says what the field would, and with `spec.modelId` nothing is built "
        "or saved. A field that nobody reads is an error, so that nobody relies on it.",
    ),
    "MF117": Code(
        "artifact and deployment disagree",
        "An artifact with `contract: container` holds what a container reads, so that only a deployment with "
        "`container` can serve it.",
    ),
    "MF118": Code(
        "model not found in the catalog",
        "`spec.modelId` names a model that the service does not show. OCI answers alike for a model that does not "
        "exist and for one that you may not read: check the OCID, the region and the policies.",
        ExitCode.ENVIRONMENT,
    ),
    "MF119": Code(
        "model in the catalog cannot be deployed",
        "The model that `spec.modelId` names has no artifact, or is not ACTIVE. Nothing was changed.",
    ),
}
