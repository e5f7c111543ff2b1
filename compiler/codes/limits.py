"""MF70x: what the service takes no more of, checked before anything is sent."""

from __future__ import annotations

from compiler.codes.code import Code

LIMITS: dict[str, Code] = {
    "MF701": Code(
        "sensitive variable where it could be seen",
        "The value of a sensitive variable may only be that of an environment variable of the deployment: anywhere "
        "else it would end up in the catalog, in plans and in digests.",
        advice="use the variable as the value of an environment variable of the deployment only",
    ),
    "MF702": Code(
        "too many or reserved tags",
        "OCI takes 10 free-form tags a resource. manifact needs up to 6 of them, all beginning with `manifact-`, to "
        "know its resources again without a state file; 4 are yours.",
        advice="leave out some tags of your own, and rename those that begin with `manifact-`",
    ),
    "MF703": Code(
        "environment variables not accepted",
        "OCI takes less than 2,048 bytes of environment variables, names and values together, and reserves some "
        "names (SDK 2.189 docstring).",
        advice="leave the variable out, or put long values into a file of the artifact",
    ),
    "MF704": Code(
        "port not accepted",
        "Ports of a container are 1024 to 65535 and not 24224, 8446 or 8447 (SDK 2.189 docstring).",
        advice="choose another port between 1024 and 65535",
    ),
    "MF705": Code(
        "size does not fit the shape",
        "Only flexible shapes take OCPUs and memory, each within its own range (OCI docs).",
        advice="`manifact explain MF705` says which shapes take a size; leave the field out or change the shape",
    ),
    "MF706": Code(
        "scaling not accepted",
        "Minimum, initial and maximum instances must be in order, pending durations PT3M to PT1H, both sides of a "
        'rule of one kind, and a query must contain {resourceId = "MODEL_DEPLOYMENT_OCID"}.',
        advice="correct it, or leave `autoscaling` out for a fixed number of instances",
    ),
    "MF707": Code(
        "bandwidth not accepted",
        "Bandwidth is at least 10 Mbps; the maximum lies above it and is at most twice as much (SDK 2.189 docstring).",
        advice="choose a bandwidth within these limits, or leave the field out",
    ),
    "MF708": Code(
        "catalog entry not accepted",
        "A limit of the model catalog: 32,000 bytes of metadata a list, one value or one file an entry, one entry a "
        "key; and of the bucket of `staging`: names of 1,024 bytes.",
        advice="shorten or correct the entry, or leave it out",
    ),
    "MF709": Code(
        "container, network or log settings not accepted",
        "Settings of the deployment that exclude or need each other, or a command line of 2,048 bytes or more.",
        advice="correct the setting, or leave it out",
    ),
    "MF726": Code(
        "the smoke test's request is too large",
        "An endpoint of OCI takes requests of at most 10 MiB, so the test after a deployment would always fail.",
        advice="keep fewer golden rows, or set `smoke: off`",
    ),
    "MF727": Code(
        "a secret in plain text",
        "By its name or its value, an environment variable of the manifest is a secret, and a manifest is checked in. "
        "With `{variable: NAME, sensitive: true}` the value is that of MANIFACT_VAR_NAME when it is applied, and is "
        "in no file, plan or digest. Only a warning: it may be harmless.",
        advice="use {variable: NAME, sensitive: true} as its value",
    ),
    "MF732": Code(
        "artifact too large for one request",
        "More than 2 GiB must go through a bucket (`catalog.staging.uri`): it is streamed there in parts and then "
        "brought into the catalog, which needs policies for the bucket.",
        advice="name a bucket in `catalog.staging.uri`",
    ),
}
