"""MF8xx: the embedded OCI and serving."""

from __future__ import annotations

from compiler.codes.code import Code, ExitCode

LOCAL: dict[str, Code] = {
    "MF801": Code(
        "not a fault rule",
        "A rule is TARGET:EFFECT[xTIMES]: `POST /models:429x3`, `GET /models/*:delay=2`, `POST /models:drop-after`, "
        "`MODEL_DEPLOYMENT_CREATE:fail`, `EXPORT_MODEL_ARTIFACT:slow=30`.",
        ExitCode.USAGE,
        advice="`manifact local serve --fault 'POST /models:429x3'` is an example",
    ),
    "MF802": Code(
        "port cannot be served",
        "The port is taken, or may not be opened, or the store is already served by another `manifact local serve`.",
        ExitCode.ENVIRONMENT,
        advice="choose another port: `manifact local serve --port 0` takes a free one",
    ),
    "MF810": Code(
        "a library is missing here",
        "The model needs a library that this Python does not have. `manifact serve` runs a model with the Python that "
        "runs Manifact, not in a conda environment: install the library here, or deploy the model where it is.",
        ExitCode.ENVIRONMENT,
        advice="install the library in this Python, or deploy the model where it is",
    ),
    "MF811": Code(
        "nothing to serve there",
        "`manifact serve` takes an artifact directory (score.py and runtime.yaml at its top), a zip archive of one, a "
        "manifest, or a folder with model.yaml.",
        ExitCode.USAGE,
        advice="name an artifact directory, a zip archive of one, or a folder with model.yaml",
    ),
    "MF812": Code(
        "model cannot be served",
        "score.py failed while it was imported or while load_model() ran, or the artifact could not be unpacked. The "
        "end of its traceback is on standard error, its last line in the message.",
        ExitCode.VERIFICATION,
        advice="mend what the traceback names; `manifact verify` runs the same in a process of its own",
    ),
    "MF813": Code(
        "not an environment variable",
        "`--env` takes KEY=VALUE, where KEY is made of letters, digits and `_` and does not begin with a digit.",
        ExitCode.USAGE,
        advice="write it as KEY=VALUE",
    ),
    "MF814": Code(
        "server process ended",
        "The process that watches over the workers was ended from outside (by hand, or for want of memory).",
        ExitCode.ENVIRONMENT,
        advice="start it again",
    ),
}
