"""MF8xx: the embedded OCI and serving."""

from __future__ import annotations

from compiler.codes.code import Code, ExitCode

LOCAL: dict[str, Code] = {
    "MF801": Code(
        "not a fault rule",
        "A rule is TARGET:EFFECT[xTIMES]: `POST /models:429x3`, `GET /models/*:delay=2`, `POST /models:drop-after`, "
        "`MODEL_DEPLOYMENT_CREATE:fail`, `EXPORT_MODEL_ARTIFACT:slow=30`.",
        ExitCode.USAGE,
    ),
    "MF802": Code(
        "port cannot be served",
        "The port is taken, or the store is already served by another `manifact local serve`.",
        ExitCode.ENVIRONMENT,
    ),
}
