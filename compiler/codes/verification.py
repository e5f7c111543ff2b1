"""MF6xx: verification."""

from __future__ import annotations

from compiler.codes.code import Code, ExitCode

VERIFICATION: dict[str, Code] = {
    "MF601": Code(
        "model cannot be loaded",
        "score.py failed while it was imported or while load_model() ran. The last lines of its traceback are in the "
        "message.",
        ExitCode.VERIFICATION,
        advice="run score.py's load_model() by hand in this environment, then mend what its traceback names",
    ),
    "MF602": Code(
        "predict() failed",
        "predict() raised an exception for the golden rows. The last lines of its traceback are in the message.",
        ExitCode.VERIFICATION,
        advice="score.py fails for the rows of `samples.input`: mend the sample, or score.py; one of your own is named "
        "by `spec.score.file`",
    ),
    "MF603": Code(
        "predictions differ from the sample",
        "The artifact does not answer what `samples.output` says within `samples.tolerance`. Either the sample "
        "belongs to another model, or the model behaves differently in this environment.",
        ExitCode.VERIFICATION,
        advice="`samples.output` must hold what this model answers for `samples.input`, row by row",
    ),
    "MF604": Code(
        "the answer has the wrong form",
        'predict() must return {"prediction": [...]} with one entry a row, made of what JSON knows.',
        ExitCode.VERIFICATION,
        advice='let predict() return {"prediction": [...]} with one JSON value a row',
    ),
    "MF605": Code(
        "payload shapes disagree",
        "The same row, sent as a record, as a list and as columns, was not answered alike.",
        ExitCode.VERIFICATION,
        advice="let predict() take records, lists of values and columns alike",
    ),
    "MF606": Code(
        "verification took too long",
        "The process was stopped at its time-out. Loading included, the golden rows must be answered within it.",
        ExitCode.VERIFICATION,
        advice="raise the time limit: `manifact verify --timeout 900`",
    ),
    "MF607": Code(
        "the process died",
        "The process that ran score.py ended without an answer: killed by a signal, by a resource limit, or by its "
        "own code.",
        ExitCode.VERIFICATION,
        advice="give the process more memory or time; the end of its log says what happened",
    ),
    "MF608": Code(
        "a library is missing here",
        "The model needs a library that this Python does not have. Install it to verify here, or verify where it is.",
        ExitCode.ENVIRONMENT,
        advice="install the library here, or verify where it is",
    ),
    "MF610": Code(
        "the answer depends on the other rows",
        "A golden row was answered otherwise alone, or in another order, than among all golden rows. Callers send "
        "whatever rows they have, so this would be a wrong answer to most of them. Causes: categories numbered by "
        "what a request holds, statistics of the request (get_dummies, a scaler that is fitted anew), batch "
        "normalization in training mode, a state that is kept between calls.",
        ExitCode.VERIFICATION,
        advice="remove what depends on the other rows of a request from the model or score.py",
    ),
    "MF609": Code(
        "artifact is damaged",
        "A file of the artifact is missing or is not what artifact.json says. Compile the model again.",
        ExitCode.VERIFICATION,
        advice="compile the model again: `manifact compile`",
    ),
    "MF612": Code(
        "this needs Linux",
        "Models run in processes with limits that only Linux sets: verify, serve and the target local need it. "
        "compile, validate, plan and apply on a cloud target do not.",
        ExitCode.ENVIRONMENT,
        advice="use Linux, WSL 2 or a container; on a cloud target the smoke test asks the deployment in any case",
    ),
    "MF611": Code(
        "isolation is not available",
        "`--require-isolation` loads a model only in a process that reaches no network, sees only the files it needs, "
        "and reaches no other process. This machine cannot enforce all three. `verify --json` tells which.",
        ExitCode.ENVIRONMENT,
        advice="run it on Linux where user namespaces are allowed, or leave out --require-isolation",
    ),
}
