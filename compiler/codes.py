"""Every diagnostic code, with the exit code it leads to and the text behind `manifact explain`.

Ranges: 0 source text, 1 manifest fields, 2 model files, 3 samples and schemas, 4 environments, 5 build and artifact,
6 verification, 7 plan, apply and cloud, 8 the embedded OCI and serving, 9 the command line and our own bugs.
A code is never reused for another meaning; `docs/diagnostics.md` is generated from this table.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass


class ExitCode(enum.IntEnum):
    """Exit codes of the command, as DESIGN and `docs/exit-codes.md` list them."""

    OK = 0
    MANIFEST = 1
    CHANGES = 2
    ENVIRONMENT = 3
    VERIFICATION = 4
    INCOMPLETE = 5
    REFUSED = 6
    USAGE = 64
    BUG = 70
    INTERRUPTED = 130
    TERMINATED = 143


# When several kinds of problem meet in one run, the first of these that occurs decides the exit code.
PRECEDENCE = (
    ExitCode.BUG,
    ExitCode.INCOMPLETE,
    ExitCode.VERIFICATION,
    ExitCode.ENVIRONMENT,
    ExitCode.REFUSED,
    ExitCode.USAGE,
    ExitCode.MANIFEST,
    ExitCode.CHANGES,
)


@dataclass(frozen=True, slots=True)
class Code:
    """What one diagnostic code stands for."""

    title: str
    explanation: str
    exit_code: ExitCode = ExitCode.MANIFEST


CODES: dict[str, Code] = {
    # 0xx: the text of a manifest
    "MF001": Code(
        "file cannot be read",
        "The manifest, or a file it names, does not exist or may not be read. Check the path and its permissions.",
    ),
    "MF002": Code(
        "not valid YAML",
        "The text is not well-formed YAML 1.2. The position is where the parser gave up; the mistake is often one line "
        "above.",
    ),
    "MF003": Code(
        "duplicate key",
        "A mapping names the same key twice. YAML parsers elsewhere keep one of them silently; here it is an error.",
    ),
    "MF004": Code(
        "manifest too large",
        "A manifest is limited to 1 MiB, 64 levels of nesting, 100 aliases and 50,000 values after aliases are "
        "expanded, so that a hostile file cannot use up memory.",
    ),
    "MF005": Code(
        "unsupported YAML feature",
        "Tags (`!!python/...`), merge keys (`<<`) and several documents in one file are not supported. "
        "Share settings through `defaults:` in manifact.yaml.",
    ),
    # 3xx: samples and schemas
    "MF301": Code(
        "sample cannot be read",
        "The sample file does not exist, is empty, is not a regular file or may not be read.",
    ),
    "MF302": Code(
        "unknown sample format",
        "Samples are CSV (comma, or tab in .tsv), JSON, JSON lines, Parquet, NPY or NPZ. Binary formats are told by their "
        "content, text formats by their ending.",
    ),
    "MF303": Code(
        "malformed sample",
        "The sample's content does not follow its format: the message names the row or the byte where reading stopped.",
    ),
    "MF304": Code(
        "sample too large",
        "A sample is limited to 256 MiB and 10,000,000 values. It is there for the schema and for tests: some thousand rows "
        "that cover the values are enough.",
    ),
    "MF305": Code(
        "Parquet needs pyarrow",
        "Parquet samples are read by pyarrow, which is an extra: `pip install 'manifact[parquet]'`. CSV, JSON, NPY and NPZ "
        "need nothing.",
        ExitCode.ENVIRONMENT,
    ),
    "MF306": Code(
        "sample holds pickled objects",
        "NPY and NPZ files with object arrays are pickles: reading one would execute code. Save the array with a plain dtype, "
        "or the table as CSV, JSON or Parquet.",
    ),
    "MF307": Code(
        "duplicate column",
        "Two columns of a sample have the same name, so that neither a schema nor a request can tell them apart.",
    ),
    "MF308": Code(
        "no header row",
        "The first row of a CSV sample must name the columns, separated by commas (by tabs in a .tsv file). The names "
        "0, 1, 2, … stand for columns without names.",
    ),
    "MF310": Code(
        "settings for an unknown column",
        "`spec.columns` describes a column that the sample does not have.",
    ),
    "MF311": Code(
        "values do not fit the declared dtype",
        "`spec.columns` declares a dtype that a value of the sample cannot be converted to.",
    ),
    "MF312": Code(
        "unknown dtype",
        "A dtype is a pandas name: int8 to int64, uint8 to uint64, Int64 (with missing values), float16 to float64, bool, "
        "boolean, object, str, string, category, datetime64[ns] or datetime64[ns, UTC].",
    ),
    "MF313": Code(
        "sample without rows",
        "The sample has columns but no row: neither dtypes nor statistics nor tests can be made of it.",
    ),
    "MF320": Code(
        "sample and model differ in the number of columns",
        "The model records how many features it was trained on, and the input sample has another number of columns.",
    ),
    "MF321": Code(
        "sample and model differ in column names",
        "The model records the names of its features, and the input sample lacks some of them or has others.",
    ),
    "MF322": Code(
        "sample and model differ in column order",
        "The names are those of the model, in another order. Libraries either refuse this or mix up the columns silently.",
    ),
    "MF323": Code(
        "column type the model cannot take",
        "The model records numeric inputs, and the sample column holds something else.",
    ),
    "MF324": Code(
        "label the model does not know",
        "The output sample holds a value that is not among the classes recorded in the model. `samples.output` is what the "
        "model answers; text read from CSV may need `columns.output.<name>.dtype: str`.",
    ),
    "MF325": Code(
        "input and output samples differ in length",
        "Row n of the output sample is the model's answer for row n of the input sample, so both must have as many rows.",
    ),
    "MF330": Code(
        "schema reduced for the catalog",
        "The model catalog takes schemas of up to 32,000 bytes (ADS 2.16.1). The complete one stays in the artifact; the "
        "message says what was left out of the copy in the catalog.",
    ),
}
