"""MF9xx: the command line and the machine."""

from __future__ import annotations

from compiler.codes.code import Code, ExitCode

COMMAND_LINE: dict[str, Code] = {
    "MF900": Code(
        "the file system refused",
        "A file or folder could not be written or read: permissions, a full disk, or something else in its place. "
        "What was there before is untouched.",
        ExitCode.ENVIRONMENT,
    ),
    "MF901": Code(
        "unknown diagnostic code",
        "`manifact explain` without a code lists all there are.",
        ExitCode.USAGE,
    ),
    "MF902": Code(
        "file exists already",
        "A file of yours is never overwritten. Move it away, or name another place.",
        ExitCode.USAGE,
    ),
    "MF903": Code(
        "not agreed",
        "A plan that destroys or replaces something needs a yes: typed at the question, or `--yes` beforehand. Where "
        "nobody can be asked (no terminal), `--yes` is the only way. Nothing was changed.",
        ExitCode.REFUSED,
    ),
    "MF910": Code(
        "a project without manifests",
        "None of the patterns that `manifests:` of manifact.yaml lists matches a file, or there is no manifact.yaml.",
    ),
    "MF911": Code(
        "manifests that cannot be taken together",
        "One plan is for one project. Manifests of several projects, or several without a manifact.yaml above them, "
        "need a command each; `--all` needs a project file.",
        ExitCode.USAGE,
    ),
    "MF912": Code(
        "no manifest selected",
        "`--select key=value` takes the manifests whose `metadata.labels` have that value; said more than once, all "
        "must fit.",
        ExitCode.USAGE,
    ),
    "MF913": Code(
        "options that exclude each other",
        "The message names them: leave one out.",
        ExitCode.USAGE,
    ),
    "MF915": Code(
        "unknown schema",
        "`manifact schema --write DIR` writes all there are.",
        ExitCode.USAGE,
    ),
    "MF916": Code(
        "wrong usage",
        "The words of the command line do not make a command. `manifact --help` lists the commands, "
        "`manifact COMMAND --help` shows what one takes.",
        ExitCode.USAGE,
    ),
    "MF917": Code(
        "interrupted",
        "Ctrl-C or SIGTERM. What was begun is left in a state that the next run completes.",
        ExitCode.INTERRUPTED,
    ),
    "MF918": Code(
        "a bug in manifact",
        "Not your files are wrong but manifact. Standard error has a report that is ready to paste into an issue.",
        ExitCode.BUG,
    ),
    "MF919": Code(
        "no such project root",
        "What `--root` names must be a folder that is there. Without it the root is the nearest folder above with a "
        "manifact.yaml, else with a .git, else the manifest's own.",
        ExitCode.USAGE,
    ),
    "MF929": Code(
        "an extra is not installed",
        "The command works with a library that belongs to an extra of this package and is not installed here.",
        ExitCode.ENVIRONMENT,
    ),
}
