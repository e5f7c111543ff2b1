"""MF7xx: plan, apply and cloud."""

from __future__ import annotations

from compiler.codes.code import Code, ExitCode

CLOUD: dict[str, Code] = {
    "MF701": Code(
        "sensitive variable where it could be seen",
        "The value of a sensitive variable may only be that of an environment variable of the deployment: anywhere "
        "else it would end up in the catalog, in plans and in digests.",
    ),
    "MF702": Code(
        "too many or reserved tags",
        "OCI takes 10 free-form tags a resource. manifact needs up to 6 of them, all beginning with `manifact-`, to "
        "know its resources again without a state file; 4 are yours.",
    ),
    "MF703": Code(
        "environment variables not accepted",
        "OCI takes less than 2,048 bytes of environment variables, names and values together, and reserves some "
        "names (SDK 2.189 docstring).",
    ),
    "MF704": Code(
        "port not accepted",
        "Ports of a container are 1024 to 65535 and not 24224, 8446 or 8447 (SDK 2.189 docstring).",
    ),
    "MF705": Code(
        "size does not fit the shape",
        "Only flexible shapes take OCPUs and memory, each within its own range (OCI docs).",
    ),
    "MF706": Code(
        "scaling not accepted",
        "Minimum, initial and maximum instances must be in order, pending durations PT3M to PT1H, both sides of a "
        'rule of one kind, and a query must contain {resourceId = "MODEL_DEPLOYMENT_OCID"}.',
    ),
    "MF707": Code(
        "bandwidth not accepted",
        "Bandwidth is at least 10 Mbps; the maximum lies above it and is at most twice as much (SDK 2.189 docstring).",
    ),
    "MF708": Code(
        "catalog entry not accepted",
        "A limit of the model catalog: 32,000 bytes of metadata a list, one value or one file an entry, one entry a "
        "key; and of the bucket of `staging`: names of 1,024 bytes.",
    ),
    "MF709": Code(
        "container, network or log settings not accepted",
        "Settings of the deployment that exclude or need each other, or a command line of 2,048 bytes or more.",
    ),
    "MF710": Code(
        "no OCI credentials",
        "Nothing to sign requests with was found. `oci setup config` or `oci session authenticate` makes an OCI "
        "config file; inside OCI, use a principal (`auth:` of the target, `--auth`).",
        ExitCode.ENVIRONMENT,
    ),
    "MF711": Code(
        "OCI credentials cannot be used",
        "The configuration, the key or the token is there but wrong: a missing field, a file that cannot be read, a "
        "key with another passphrase, an expired token.",
        ExitCode.ENVIRONMENT,
    ),
    "MF712": Code(
        "OCI does not know who asks",
        "The service answered 401: the key was deleted, the fingerprint belongs to another key, the token has "
        "expired, or the clock of this machine is more than five minutes off.",
        ExitCode.ENVIRONMENT,
    ),
    "MF713": Code(
        "absent, or no permission",
        "OCI answers 404 for both, on purpose. Check the OCID and the IAM policies; manifact never reads it as "
        "deleted.",
        ExitCode.ENVIRONMENT,
    ),
    "MF714": Code(
        "OCI cannot be reached",
        "No answer from the endpoint: no network, a wrong region or endpoint, a proxy, a time-out. What was not "
        "acknowledged is found out by the next apply.",
        ExitCode.ENVIRONMENT,
    ),
    "MF715": Code(
        "OCI failed",
        "The service answered with a server error, or throttled, again and again. Nothing is wrong with the "
        "manifest; apply again later.",
        ExitCode.ENVIRONMENT,
    ),
    "MF716": Code(
        "somebody else is changing the same resource",
        "The resource changed between plan and apply (412), or is busy (409). Plan again.",
        ExitCode.INCOMPLETE,
    ),
    "MF717": Code(
        "OCI refused the request",
        "The service answered 400: a value it does not accept. Its own message says which.",
        ExitCode.INCOMPLETE,
    ),
    "MF718": Code(
        "limit or quota reached",
        "The tenancy has no room left for this: ask for a higher service limit, or free something.",
        ExitCode.ENVIRONMENT,
    ),
    "MF719": Code(
        "variable without a value",
        "A `${var.NAME}` has no value: neither `variables:` of the target nor `MANIFACT_VAR_NAME` sets it. A plan "
        "needs no sensitive value, sending one does.",
    ),
    "MF720": Code(
        "work request failed",
        "OCI accepted the change and could not carry it out; its own errors and log lines are in the message.",
        ExitCode.INCOMPLETE,
    ),
    "MF721": Code(
        "not finished in time",
        "The service is still at work. `manifact status` shows how far it is; the next apply waits for it and goes on.",
        ExitCode.INCOMPLETE,
    ),
    "MF722": Code(
        "smoke test failed",
        "The endpoint answered the golden rows wrongly, or with an error. The former model serves again; a first "
        "deployment was deactivated. The same settings are not tried again without `--retry`.",
        ExitCode.VERIFICATION,
    ),
    "MF723": Code(
        "endpoint not tested",
        "The endpoint cannot be asked from here: it is private, or this user may not call it. It may well be fine.",
        ExitCode.VERIFICATION,
    ),
    "MF724": Code(
        "artifact is not here",
        "The plan uploads an artifact, or attaches a file, that this machine has not built or can no longer read. "
        "Compile the manifest first.",
        ExitCode.INCOMPLETE,
    ),
    "MF725": Code(
        "apply was interrupted",
        "What was done is done, and the next apply completes it: nothing needs to be cleaned up by hand.",
        ExitCode.INCOMPLETE,
    ),
    "MF726": Code(
        "the smoke test's request is too large",
        "An endpoint of OCI takes requests of at most 10 MiB, so the test after a deployment would always fail.",
    ),
    "MF730": Code(
        "deployment is protected",
        "`protect: true` refuses delete and replace.",
        ExitCode.REFUSED,
    ),
    "MF731": Code(
        "failed before",
        "The same settings failed their smoke test before and are not tried again until they change, or with "
        "`--retry`.",
        ExitCode.VERIFICATION,
    ),
    "MF732": Code(
        "artifact too large for one request",
        "More than 2 GiB must go through a bucket (`catalog.staging.uri`): it is streamed there in parts and then "
        "brought into the catalog, which needs policies for the bucket.",
    ),
    "MF740": Code(
        "plan is stale",
        "The target or the artifact changed since the plan was saved, so that it would now do something else. Plan "
        "again.",
        ExitCode.REFUSED,
    ),
    "MF741": Code(
        "not a plan file",
        "The file was not written by `manifact plan -o`, or by another version of its format.",
        ExitCode.USAGE,
    ),
    "MF742": Code(
        "target is incomplete",
        "A cloud target needs `region`, `compartmentId` and `projectId` in manifact.yaml.",
    ),
    "MF743": Code(
        "not deployed",
        "There is no active deployment of this name in the target.",
        ExitCode.ENVIRONMENT,
    ),
    "MF744": Code(
        "endpoint refused the request",
        "The deployment is there, but did not answer with 200. Status 400 is about the data that was sent: the "
        "message names the column and the row. `manifact logs` shows the model's own output.",
    ),
    "MF745": Code(
        "logs are not here",
        "`manifact logs` reads the model servers of the target `local`. In a tenancy the logs go to OCI Logging, as "
        "`deployment.logs` says.",
        ExitCode.USAGE,
    ),
    "MF750": Code(
        "unusable artifact in the catalog",
        "The artifact is no zip archive, would write outside of its folder, is not what its tag or its own list of "
        "files says, or, where manifact did not make it, unpacks to more than 100 times its size (and 256 MiB).",
    ),
    "MF751": Code(
        "folder is not empty",
        "`pull` and `import` write into a new folder only: nothing of yours is overwritten.",
        ExitCode.REFUSED,
    ),
    "MF760": Code(
        "belongs to somebody else",
        "The resource carries the tags of another manifest, or another resource carries those of this one. Two "
        "manifests never share a resource: rename one of them, or take the tags beginning with `manifact-` away "
        "where the other one is given up.",
        ExitCode.REFUSED,
    ),
    "MF761": Code(
        "nothing of this name in the target",
        "No model, deployment or version set that is not deleted has this name or OCID in the target's compartment. "
        "`manifact list` shows what there is, `manifact list --all` deleted ones as well.",
        ExitCode.ENVIRONMENT,
    ),
    "MF762": Code(
        "several resources of this name",
        "Display names are not unique in OCI: say the OCID, or enough of its end.",
        ExitCode.USAGE,
    ),
    "MF763": Code(
        "object is there with other content",
        "`export` replaces an object of a bucket only with `--overwrite`.",
        ExitCode.REFUSED,
    ),
    "MF764": Code(
        "cannot be imported",
        "The resource is of a kind, or in a state, that a manifest cannot describe: the message says which.",
    ),
    "MF765": Code(
        "seems to have lost its tags",
        "The tags beginning with `manifact-` are what a resource is known by. One without them sits in the version set "
        "of this manifest, or serves its model under its name: somebody may have replaced all tags by others. apply "
        "makes another one; `manifact import` takes the former one over again.",
    ),
    "MF755": Code(
        "transfer was cut off",
        "The connection ended again and again before the object was here. What has arrived is kept aside: the next "
        "try goes on from there.",
        ExitCode.ENVIRONMENT,
    ),
    "MF756": Code(
        "files of a by-reference model are not as they should be",
        "The model's files lie in a bucket, one object each, and the catalog only points to them. An object is "
        "missing, has another size, or does not belong there.",
        ExitCode.INCOMPLETE,
    ),
    "MF757": Code(
        "nobody knows where the model's files lie",
        "The catalog says that a model is by reference, but not of which bucket: the API has no field for it. manifact "
        "keeps the place in the metadata of the models it makes, and this one has none.",
    ),
    "MF770": Code(
        "protected, and kept",
        "`--prune` deletes what no manifest of the project has any more, but not a deployment that was applied with "
        "`protect: true` (the tag `manifact-protect` says so), nor its models.",
        ExitCode.REFUSED,
    ),
    "MF771": Code(
        "not to be pruned",
        "`--prune` deletes what is live under the project's name and in none of its manifests. It needs the whole "
        "project in view: a manifact.yaml, all its manifests (`--all`, or the project's folder), no `--select`.",
        ExitCode.REFUSED,
    ),
    "MF772": Code(
        "model is served by somebody else",
        "A model cannot be deleted while a deployment serves it, and this deployment does not belong to the manifest. "
        "The model and its version set are kept.",
        ExitCode.INCOMPLETE,
    ),
    "MF773": Code(
        "deployment is still changing",
        "The service is at work on the deployment: for an earlier apply, or for somebody else. What is to be done is "
        "known when it rests; apply waits for that, no longer than --timeout.",
        ExitCode.INCOMPLETE,
    ),
    "MF774": Code(
        "another apply is under way here",
        "One apply at a time works in a checkout and a target; this one waited for the other as long as --timeout "
        "allows. The lock goes with the process that holds it.",
        ExitCode.INCOMPLETE,
    ),
    "MF775": Code(
        "shape is not known here",
        "The shape is none of those that this version knows. Regions get new ones: `plan` asks the service.",
    ),
    "MF776": Code(
        "no such shape",
        "The service lists the shapes that deployments may have in the region, and this is none of them.",
    ),
    "MF777": Code(
        "conda environment is not there",
        "The deployment unpacks the conda environment that runtime.yaml names before it loads the model; without it, "
        "it ends as FAILED. A warning where Object Storage answers 404 for the bucket as well: that also means that "
        "this user may not see it.",
    ),
}
