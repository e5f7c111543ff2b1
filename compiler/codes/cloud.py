"""MF71x, MF72x: credentials, requests, waiting, smoke tests."""

from __future__ import annotations

from compiler.codes.code import Code, ExitCode

CLOUD: dict[str, Code] = {
    "MF710": Code(
        "no OCI credentials",
        "Nothing to sign requests with was found. `oci setup config` or `oci session authenticate` makes an OCI "
        "config file; inside OCI, use a principal (`auth:` of the target, `--auth`).",
        ExitCode.ENVIRONMENT,
        advice="make a config with `oci setup config`, or name a principal with --auth",
    ),
    "MF711": Code(
        "OCI credentials cannot be used",
        "The configuration, the key or the token is there but wrong: a missing field, a file that cannot be read, a "
        "key with another passphrase, an expired token.",
        ExitCode.ENVIRONMENT,
        advice="mend the config or the key, or name another one with --auth",
    ),
    "MF712": Code(
        "OCI does not know who asks",
        "The service answered 401: the key was deleted, the fingerprint belongs to another key, the token has "
        "expired, or the clock of this machine is more than five minutes off.",
        ExitCode.ENVIRONMENT,
        advice="compare the key's fingerprint with the console's, and this machine's clock with the time",
    ),
    "MF713": Code(
        "absent, or no permission",
        "OCI answers 404 for both, on purpose. Check the OCID and the IAM policies; manifact never reads it as "
        "deleted.",
        ExitCode.ENVIRONMENT,
        advice="check the OCID; `manifact plan --policies` prints the policies that are needed",
    ),
    "MF714": Code(
        "OCI cannot be reached",
        "No answer from the endpoint: no network, a wrong region or endpoint, a proxy, a time-out. What was not "
        "acknowledged is found out by the next apply.",
        ExitCode.ENVIRONMENT,
        advice="check network, proxy and region, then run the same command again",
    ),
    "MF715": Code(
        "OCI failed",
        "The service answered with a server error, or throttled, again and again. Nothing is wrong with the "
        "manifest; apply again later.",
        ExitCode.ENVIRONMENT,
        advice="run the same command again later",
    ),
    "MF716": Code(
        "somebody else is changing the same resource",
        "The resource changed between plan and apply (412), or is busy (409). Plan again.",
        ExitCode.INCOMPLETE,
        advice="run `manifact plan` again and look at it",
    ),
    "MF717": Code(
        "OCI refused the request",
        "The service answered 400: a value it does not accept. Its own message says which.",
        ExitCode.INCOMPLETE,
        advice="change the value that the service names, then apply again",
    ),
    "MF718": Code(
        "limit or quota reached",
        "The tenancy has no room left for this: ask for a higher service limit, or free something.",
        ExitCode.ENVIRONMENT,
        advice="ask for a higher service limit, or free something, then apply again",
    ),
    "MF719": Code(
        "variable without a value",
        "A `${var.NAME}` has no value: neither `variables:` of the target nor `MANIFACT_VAR_NAME` sets it. A plan "
        "needs no sensitive value, sending one does.",
        advice="set MANIFACT_VAR_NAME, or `variables:` of the target",
    ),
    "MF720": Code(
        "work request failed",
        "OCI accepted the change and could not carry it out; its own errors and log lines are in the message.",
        ExitCode.INCOMPLETE,
        advice="mend what the service names, then apply again",
    ),
    "MF721": Code(
        "not finished in time",
        "The service is still at work. `manifact status` shows how far it is; the next apply waits for it and goes on.",
        ExitCode.INCOMPLETE,
        advice="`manifact status` shows how far it is; apply again, with a longer --timeout if need be",
    ),
    "MF722": Code(
        "smoke test failed",
        "The endpoint answered the golden rows wrongly, or with an error. The former model serves again; a first "
        "deployment was deactivated. The same settings are not tried again without `--retry`.",
        ExitCode.VERIFICATION,
        advice="correct model or sample and apply again; `manifact apply --retry` tries the same settings again",
    ),
    "MF723": Code(
        "endpoint not tested",
        "The endpoint cannot be asked from here: it is private, or this user may not call it. It may well be fine.",
        ExitCode.VERIFICATION,
        advice="ask the endpoint from where it can be reached",
    ),
    "MF724": Code(
        "artifact is not here",
        "The plan uploads an artifact, or attaches a file, that this machine has not built or can no longer read. "
        "Compile the manifest first.",
        ExitCode.INCOMPLETE,
        advice="compile the manifest (`manifact compile`), then apply again",
    ),
    "MF725": Code(
        "apply was interrupted",
        "What was done is done, and the next apply completes it: nothing needs to be cleaned up by hand.",
        ExitCode.INCOMPLETE,
        advice="apply again to complete it",
    ),
}
