"""MF3xx: samples and schemas."""

from __future__ import annotations

from compiler.codes.code import Code, ExitCode

SAMPLES: dict[str, Code] = {
    "MF301": Code(
        "sample cannot be read",
        "The sample file does not exist, is empty, is not a regular file or may not be read.",
    ),
    "MF302": Code(
        "unknown sample format",
        "Samples are CSV (comma, or tab in .tsv), JSON, JSON lines, Parquet, NPY or NPZ. Binary formats are told by "
        "their content, text formats by their ending.",
    ),
    "MF303": Code(
        "malformed sample",
        "The sample's content does not follow its format: the message names the row or the byte where reading stopped.",
    ),
    "MF304": Code(
        "sample too large",
        "A sample is limited to 64 MiB and 4,000,000 values; of a larger one the first rows are read, which is a "
        "warning; where those are not at its beginning (JSON by columns, Fortran's order, a sparse matrix), an error. "
        "A sample is there for the schema and for tests: some thousand rows that cover the values are enough.",
    ),
    "MF305": Code(
        "Parquet needs pyarrow",
        "Parquet samples are read by pyarrow, which is an extra: `pip install 'manifact[parquet]'`. CSV, JSON, NPY "
        "and NPZ need nothing.",
        ExitCode.ENVIRONMENT,
    ),
    "MF306": Code(
        "sample holds pickled objects",
        "NPY and NPZ files with object arrays are pickles: reading one would execute code. Save the array with a "
        "plain dtype, or the table as CSV, JSON or Parquet.",
    ),
    "MF307": Code(
        "duplicate column",
        "Two columns of a sample have the same name, so that neither a schema nor a request can tell them apart.",
    ),
    "MF308": Code(
        "no header row",
        "The first row of a CSV sample must name the columns, separated by commas (by tabs in a .tsv file). The "
        "names 0, 1, 2, … stand for columns without names.",
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
        "A dtype is a pandas name: int8 to int64, uint8 to uint64, Int64 (with missing values), float16 to float64, "
        "bool, boolean, object, str, string, category, datetime64[ns] or datetime64[ns, UTC].",
    ),
    "MF313": Code(
        "sample without rows",
        "The sample has columns but no row: neither dtypes nor statistics nor tests can be made of it.",
    ),
    "MF314": Code(
        "schema too large for the catalog",
        "The model catalog keeps a schema of up to 32,000 bytes (ADS 2.16.1 source). The artifact holds the whole "
        "schema; the message says what the catalog's copy leaves out.",
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
        "The names are those of the model, in another order. Libraries either refuse this or mix up the columns "
        "silently.",
    ),
    "MF323": Code(
        "column type the model cannot take",
        "The model records numeric inputs, and the sample column holds something else.",
    ),
    "MF324": Code(
        "label the model does not know",
        "The output sample holds a value that is not among the classes recorded in the model. `samples.output` is "
        "what the model answers; text read from CSV may need `columns.output.<name>.dtype: str`.",
    ),
    "MF330": Code(
        "categories that nobody knows",
        "The model computes with the position of a category in a list, and its file does not hold the list: older "
        "releases of its library recorded none, and some garble one with other letters than ASCII. A request would "
        "bring its own, and be answered wrongly. Declare `columns.input.<name>.categories` in the order of training: "
        "`list(frame[name].cat.categories)`.",
    ),
    "MF331": Code(
        "value that is no category",
        "A column of the input sample holds a value that is none of the categories that the model records or the "
        "manifest declares. The deployed model refuses such a value too.",
    ),
    "MF332": Code(
        "settings contradict the categories",
        "The categories or the dtype that `spec.columns` declares are not those that the model was trained with.",
    ),
    "MF333": Code(
        "fixed number of rows a call",
        "The model's file fixes how many rows it takes. One row a call is served: the rows of a request are answered "
        "one after the other, which takes longer. With another number a request must hold a multiple of it, and others "
        "are refused (400). Export the model with a first axis that varies (`dynamic_axes`, `batch_size=None`).",
    ),
    "MF325": Code(
        "input and output samples differ in length",
        "Row n of the output sample is the model's answer for row n of the input sample, so both must have as many "
        "rows.",
    ),
    "MF326": Code(
        "dates as text",
        "CSV and JSON hold dates as text, and so does the table that the model gets, as with pandas. A model that "
        "takes dates (`.dt`, a column of datetime64) needs `columns.input.<name>.dtype: datetime64[ns]`; one that "
        "takes the text needs `dtype: object`, which also ends the warning.",
    ),
}
