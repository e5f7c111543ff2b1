"""MF73x, MF74x, MF77x: plans, saved plans, and what stands in their way."""

from __future__ import annotations

from compiler.codes.code import Code, ExitCode

PLANS: dict[str, Code] = {
    "MF730": Code(
        "deployment is protected",
        "`protect: true` refuses delete and replace.",
        ExitCode.REFUSED,
        advice="set `protect: false` and apply before you delete or replace it",
    ),
    "MF731": Code(
        "failed before",
        "The same settings failed their smoke test before and are not tried again until they change, or with "
        "`--retry`.",
        ExitCode.VERIFICATION,
        advice="change what failed, or try the same again: `manifact apply --retry`",
    ),
    "MF740": Code(
        "plan is stale",
        "The target or the artifact changed since the plan was saved, so that it would now do something else. Plan "
        "again.",
        ExitCode.REFUSED,
        advice="run `manifact plan -o FILE` again and look at it",
    ),
    "MF741": Code(
        "not a plan file",
        "The file was not written by `manifact plan -o FILE`, or by another version of its format.",
        ExitCode.USAGE,
        advice="make one with `manifact plan -o FILE`",
    ),
    "MF742": Code(
        "target is incomplete",
        "A cloud target needs `region`, `compartmentId` and `projectId` in manifact.yaml.",
        advice="add region, compartmentId and projectId to the target in manifact.yaml",
    ),
    "MF743": Code(
        "not deployed",
        "There is no active deployment of this name in the target.",
        ExitCode.ENVIRONMENT,
        advice="`manifact status` says what is deployed",
    ),
    "MF744": Code(
        "endpoint refused the request",
        "The deployment is there, but did not answer with 200. Status 400 is about the data that was sent: the "
        "message names the column and the row. `manifact logs` shows the model's own output.",
        advice="status 400 is about the data that was sent; `manifact logs MODEL` shows the output on target `local`",
    ),
    "MF745": Code(
        "logs are not here",
        "`manifact logs` reads the model servers of the target `local`. In a tenancy the logs go to OCI Logging, as "
        "`deployment.logs` says.",
        ExitCode.USAGE,
        advice="look into the log group that `deployment.logs` names",
    ),
    "MF746": Code(
        "endpoint is not trusted",
        "`serviceEndpoint` of a target gets requests that are signed with your key and name your tenancy and user, and "
        "a project file may be a stranger's. It may be this machine, or over https a host of OCI's realms; any other "
        "needs `MANIFACT_ENDPOINTS=https://host[:port]` (several separated by commas) in the environment.",
        ExitCode.REFUSED,
        advice="set MANIFACT_ENDPOINTS to the endpoint if you trust it, or correct `serviceEndpoint` of the target",
    ),
    "MF770": Code(
        "protected, and kept",
        "`--prune` deletes what no manifest of the project has any more, but not a deployment that was applied with "
        "`protect: true` (the tag `manifact-protect` says so), nor its models.",
        ExitCode.REFUSED,
        advice="set `protect: false` in its manifest and apply it, before it is pruned",
    ),
    "MF771": Code(
        "not to be pruned",
        "`--prune` deletes what is live under the project's name and in none of its manifests. It needs the whole "
        "project in view: a manifact.yaml, all its manifests (`--all`, or the project's folder), no `--select`.",
        ExitCode.REFUSED,
        advice="say --all, or name the folder of its manifact.yaml; without --select",
    ),
    "MF772": Code(
        "model is served by somebody else",
        "A model cannot be deleted while a deployment serves it, and this deployment does not belong to the manifest. "
        "The model and its version set are kept.",
        ExitCode.INCOMPLETE,
        advice="take that deployment away first, or let it serve another model",
    ),
    "MF773": Code(
        "deployment is still changing",
        "The service is at work on the deployment: for an earlier apply, or for somebody else. What is to be done is "
        "known when it rests; apply waits for that, no longer than --timeout.",
        ExitCode.INCOMPLETE,
        advice="apply again once it rests; `manifact status` shows how far it is",
    ),
    "MF774": Code(
        "another apply is under way here",
        "One apply at a time works in a checkout and a target; this one waited for the other as long as --timeout "
        "allows. The lock goes with the process that holds it.",
        ExitCode.INCOMPLETE,
        advice="wait for the other apply, or end it, then apply again",
    ),
    "MF779": Code(
        "others were held back",
        "Several manifests are applied together or not at all, so that one plan shows everything. With `--keep-going` "
        "those that are right are applied, and the exit code is that of the problems with the others.",
        ExitCode.OK,
        advice="mend what is wrong, or apply the others meanwhile with --keep-going",
    ),
    "MF780": Code(
        "another process reconciles this target",
        "One process at a time reconciles a target: it holds a lease in `reconcile.store`. A lease ends with its "
        "process, or 90 s after the process stopped renewing it.",
        ExitCode.INCOMPLETE,
        advice="wait until the other process ends, or name its holder with --break-lease",
    ),
    "MF781": Code(
        "revision is refused",
        "The checkout may not be applied as it is: it has changes that are not committed, is older than what was "
        "applied last, belongs to a rewritten history, is not signed, or is too shallow a clone to tell.",
        ExitCode.REFUSED,
        advice="commit or update the checkout; the message says which",
    ),
    "MF782": Code(
        "target belongs to another repository",
        "Another repository reconciles a project of the same name in this target. Two projects must not have the same "
        "name in one target.",
        ExitCode.REFUSED,
        advice="give one of the two projects another name",
    ),
    "MF785": Code(
        "repository cannot be read",
        "git could not fetch the repository, or the reference does not exist. Nothing is changed or deleted meanwhile.",
        ExitCode.ENVIRONMENT,
        advice="check the address, the reference and the credentials for git",
    ),
    "MF786": Code(
        "status cannot be written",
        "The store of `reconcile` did not take a document. Changes are carried out all the same; `manifact status` "
        "shows an older state.",
        ExitCode.ENVIRONMENT,
        advice="check `reconcile.store` and the permissions for its bucket",
    ),
    "MF787": Code(
        "no reconcile store",
        "The loop keeps its lease and its memory in `reconcile.store`: `local`, or a folder of a bucket.",
        ExitCode.USAGE,
        advice="set `reconcile.store` in manifact.yaml, or pass --once",
    ),
    "MF775": Code(
        "shape is not known here",
        "The shape is none of those that this version knows. Regions get new ones: `plan` asks the service.",
        advice="compare its name with those of your region; `manifact plan` asks the service",
    ),
    "MF776": Code(
        "no such shape",
        "The service lists the shapes that deployments may have in the region, and this is none of them.",
        advice="choose a shape that the region has",
    ),
    "MF777": Code(
        "conda environment is not there",
        "The deployment unpacks the conda environment that runtime.yaml names before it loads the model; without it, "
        "it ends as FAILED. A warning where Object Storage answers 404 for the bucket as well: that also means that "
        "this user may not see it.",
        advice="correct the path in `spec.environment`, or publish the conda environment there",
    ),
    "MF778": Code(
        "live under another project or target",
        "A model or deployment of this name is live in the same compartment and carries the tags of another project or "
        "target, as after `metadata.name` of manifact.yaml (or a target) was renamed. Nothing of it is touched: the "
        "plan makes a second one beside it.",
        advice="give the project or target its former name, or destroy what it left under that name first",
    ),
}
