"""MF82x and MF83x: scoring tables."""

from __future__ import annotations

from compiler.codes.code import Code, ExitCode

SCORING: dict[str, Code] = {
    "MF820": Code(
        "pyarrow is missing",
        "`manifact score` reads and writes tables with pyarrow, which is the extra `score`.",
        ExitCode.ENVIRONMENT,
        advice="pip install 'manifact[score]'",
    ),
    "MF821": Code(
        "input cannot be read",
        "The input is not there, is not a table of a known format, or is damaged. Parquet, CSV, JSON lines and Arrow "
        "are told by the ending of the file's name (.parquet, .csv, .jsonl, .ndjson, .arrow, .feather; .gz may follow "
        ".csv and .jsonl); a folder holds files of one format, all with the columns of the first.",
        ExitCode.USAGE,
        advice="name a file or folder of parquet, csv, jsonl, ndjson, arrow or feather files that can be read",
    ),
    "MF822": Code(
        "column is missing",
        "The input schema of the artifact requires a column that the input does not have. Nothing was scored.",
        ExitCode.MANIFEST,
        advice="rename the column in the input, or add it",
    ),
    "MF823": Code(
        "rows are refused",
        "score.py refuses rows: the endpoint would answer them with an error. They are left out of the output and "
        "stand with their reason in the side file `<output>.rejected.jsonl`. With --strict, or when no row of the "
        "first part is taken, the run stops instead.",
        ExitCode.MANIFEST,
        advice="mend the rows; without --strict they go to the side file, and the others are scored",
    ),
    "MF824": Code(
        "output is there already",
        "The output holds something that this run did not begin: another file, or parts that were made from "
        "another input, artifact or setting. A run with the same input, artifact and settings goes on where it was "
        "interrupted.",
        ExitCode.REFUSED,
        advice="name another output, or pass --overwrite",
    ),
    "MF825": Code(
        "output cannot be written",
        "The disk is full, or the folder may not be written. The parts that are done are kept.",
        ExitCode.ENVIRONMENT,
        advice="make room, then run the same command again: it goes on after the last part",
    ),
    "MF826": Code(
        "worker process ended",
        "A process that ran score.py ended: killed by a signal (for want of memory, most often) or by its own code. "
        "The parts that are done are kept.",
        ExitCode.INCOMPLETE,
        advice="run the same command again: it goes on after the last part; fewer --workers take less memory",
    ),
    "MF827": Code(
        "Spark cannot be started here",
        "The engine `spark` needs PySpark in this Python, and Java: JAVA_HOME, or `java` on PATH.",
        ExitCode.ENVIRONMENT,
        advice="pip install 'manifact[spark]', and install Java 17; or use --engine local",
    ),
    "MF828": Code(
        "Spark cluster cannot be reached",
        "The master that --master names does not answer, or does not take the application.",
        ExitCode.ENVIRONMENT,
        advice="check --master; local[*] is this machine",
    ),
    "MF829": Code(
        "Spark job failed",
        "The job ended with an error, the last lines of which are in the message. What it has written is not complete.",
        ExitCode.INCOMPLETE,
        advice="mend what the message names, then run the same command again with --overwrite",
    ),
    "MF830": Code(
        "answers have the wrong form",
        'predict() must return {"prediction": [...]} with one entry a row, all of the types of the first answers or of '
        "the output schema.",
        ExitCode.VERIFICATION,
        advice="give the manifest `samples.output`, or mend score.py where it is your own",
    ),
    "MF831": Code(
        "output is being written",
        "Another process is writing this output. Two runs never write the same one.",
        ExitCode.REFUSED,
        advice="wait for the other run, or name another output",
    ),
    "MF832": Code(
        "not possible with this engine",
        "The engine `spark` takes Parquet, CSV and JSON lines; only it writes `oci://` paths. Options of "
        "one engine say nothing to the other.",
        ExitCode.USAGE,
        advice="use the other engine, or leave the option out",
    ),
}
