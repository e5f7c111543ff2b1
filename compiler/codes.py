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
    # 1xx: the fields of a manifest
    "MF100": Code("missing field", "A required field is not there. `manifact schema` prints what each document needs."),
    "MF101": Code(
        "unknown field",
        "The field does not exist at this place: a typing mistake, or it belongs one level higher or lower.",
    ),
    "MF102": Code("unknown value", "The field takes one of a fixed set of values, and this is none of them."),
    "MF103": Code("wrong type", "The field holds another kind of value than it should, or nothing at all."),
    "MF104": Code(
        "number where text is meant",
        "YAML reads an unquoted 1.10 as the number 1.1, which loses the zero. Versions and tags need quotes.",
    ),
    "MF105": Code("wrong form", "The text does not have the form the field asks for: its length, or its characters."),
    "MF106": Code("out of range", "The number, or the count of items, is outside the limits of the field."),
    "MF107": Code(
        "fields that exclude or need each other",
        "Some fields are alternatives (model, artifact and modelId; instances and autoscaling; path and uri), and some "
        "only make sense together (uri and sha256).",
    ),
    "MF108": Code(
        "path outside the project",
        "A manifest may only name files inside its project root, symbolic links resolved: manifests come from pull "
        "requests, and must not be able to collect other files of the machine.",
    ),
    "MF109": Code(
        "not available in this version",
        "The manifest format has this field already, but this version of manifact cannot carry it out. Nothing was "
        "done.",
    ),
    "MF110": Code(
        "a file that holds secrets",
        "Private keys, `.env` files and OCI configuration are never packed into an artifact.",
    ),
    "MF111": Code(
        "unknown target",
        "The project file names no such target. `local` is always there.",
        ExitCode.USAGE,
    ),
    "MF112": Code(
        "no such manifest or model",
        "The path, or the model name, does not lead to a manifest of the project.",
        ExitCode.USAGE,
    ),
    "MF113": Code(
        "two manifests of one name",
        "Names are unique in a project: tags, version sets and build folders go by them.",
    ),
    "MF115": Code(
        "variable in a place that decides bytes",
        "Variables work in `catalog`, `deployment` and targets only, so that an artifact never depends on its target.",
    ),
    # 2xx: model files
    "MF201": Code(
        "model not found",
        "`spec.model.path` (or the file given to `manifact inspect`) does not exist. Paths are relative to the "
        "manifest.",
    ),
    "MF202": Code(
        "unknown model format",
        "Files are told by their content, never by their name, and this content is none of the formats that can be "
        "read. Save the model in its framework's own format, or set `spec.model.framework: other` and bring your own "
        "score.py.",
    ),
    "MF203": Code(
        "damaged model file",
        "The file begins like a known format and then breaks its rules: it was cut short, or changed after it was "
        "written.",
    ),
    "MF204": Code(
        "denied pickle",
        "The pickle refers to code that no model needs (functions of the standard library, shells, importers), or is "
        "built as no pickler builds it. Loading it could run anything. This cannot be lifted; save the model again "
        "from a clean program.",
    ),
    "MF205": Code(
        "decompression not available",
        "The file is compressed in a way that needs an optional Python package (lz4).",
        ExitCode.ENVIRONMENT,
    ),
    "MF206": Code(
        "model file beyond limits",
        "Reading is bounded so that no file can use up time or memory: 30 million pickle opcodes, pickles nested 100 "
        "deep, 100,000 zip members, 100 times the file's size (and 256 MiB) inflated. Models stay far below.",
    ),
    "MF207": Code(
        "unknown code in a pickle",
        "Loading the pickle would import and run code that is not part of a known release of the framework. If it is "
        "yours, name it under `spec.model.allow` and bring its module with `include`.",
    ),
    "MF208": Code(
        "unknown framework",
        "`spec.model.framework` names none of the frameworks known here, or not the one that the file belongs to.",
    ),
    "MF209": Code(
        "model cannot be served from this file",
        "The file is readable, but it holds a model in a form that loads only by running foreign code or with the "
        "program that wrote it. The message names the format to save it in.",
    ),
    "MF210": Code(
        "method the model does not have",
        "`spec.score.method` names a method that the estimator's class does not offer, or only offers when it is built "
        "with other parameters.",
    ),
    "MF211": Code(
        "use case contradicts the model",
        "The classes that the model records, or the kind of its estimator, do not fit `spec.useCase`.",
    ),
    "MF220": Code(
        "weights outside of the model file",
        "The model refers to another file for its weights, and that file is not beside it, or not inside its folder "
        "at all. "
        "Put it there and name it under `include`, or save the model with its weights inside.",
    ),
    "MF221": Code(
        "code inside a Keras model",
        "The model holds Python bytecode (a Lambda layer), which Keras refuses to load in safe mode and which nobody "
        "can "
        "review. Write the layer as a registered class and save the model again.",
    ),
    "MF222": Code(
        "not a Spark PipelineModel",
        "Only a fitted `pyspark.ml.PipelineModel` can be served: "
        "`Pipeline(stages=[...]).fit(data).write().save(path)`.",
    ),
    "MF223": Code(
        "code inside a PyTorch export",
        "A `torch.export` archive keeps sizes, guards and operators as text that PyTorch evaluates while it loads. "
        "This one "
        "holds text that is more than arithmetic over sizes, so loading it could run anything.",
    ),
    # 3xx: samples and schemas
    "MF301": Code(
        "sample cannot be read",
        "The sample file does not exist, is empty, is not a regular file or may not be read.",
    ),
    "MF302": Code(
        "unknown sample format",
        "Samples are CSV (comma, or tab in .tsv), JSON, JSON lines, Parquet, NPY or NPZ. Binary formats are told by "
        "their "
        "content, text formats by their ending.",
    ),
    "MF303": Code(
        "malformed sample",
        "The sample's content does not follow its format: the message names the row or the byte where reading stopped.",
    ),
    "MF304": Code(
        "sample too large",
        "A sample is limited to 64 MiB and 5,000,000 values. It is there for the schema and for tests: some thousand "
        "rows "
        "that cover the values are enough.",
    ),
    "MF305": Code(
        "Parquet needs pyarrow",
        "Parquet samples are read by pyarrow, which is an extra: `pip install 'manifact[parquet]'`. CSV, JSON, NPY "
        "and NPZ "
        "need nothing.",
        ExitCode.ENVIRONMENT,
    ),
    "MF306": Code(
        "sample holds pickled objects",
        "NPY and NPZ files with object arrays are pickles: reading one would execute code. Save the array with a "
        "plain dtype, "
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
        "A dtype is a pandas name: int8 to int64, uint8 to uint64, Int64 (with missing values), float16 to float64, "
        "bool, "
        "boolean, object, str, string, category, datetime64[ns] or datetime64[ns, UTC].",
    ),
    "MF313": Code(
        "sample without rows",
        "The sample has columns but no row: neither dtypes nor statistics nor tests can be made of it.",
    ),
    "MF314": Code(
        "schema too large for the catalog",
        "The model catalog keeps a schema of up to 32,000 bytes (ADS 2.16.1 source). The artifact holds the whole "
        "schema; "
        "the message says what the catalog's copy leaves out.",
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
        "what the "
        "model answers; text read from CSV may need `columns.output.<name>.dtype: str`.",
    ),
    "MF325": Code(
        "input and output samples differ in length",
        "Row n of the output sample is the model's answer for row n of the input sample, so both must have as many "
        "rows.",
    ),
    # 4xx: environments and the lock
    "MF401": Code(
        "manifact.lock cannot be used",
        "The file is damaged, or of another version of its format. `manifact lock` writes it anew.",
    ),
    "MF402": Code(
        "slug is not locked",
        "A service pack's slug resolves through manifact.lock, never over the network at compile: nothing is guessed. "
        "`manifact lock SLUG` looks it up once, in the target's region.",
    ),
    "MF403": Code(
        "index of conda packs has another form",
        "The service's index could be read, and does not look as it did in ADS 2.16.1. Name the pack by its path.",
        ExitCode.ENVIRONMENT,
    ),
    "MF404": Code(
        "version skew",
        "The model records the version of the library that wrote it, and the inference environment has another one. "
        "Across "
        "major releases this is an error; otherwise a warning.",
    ),
    "MF405": Code(
        "no such conda pack",
        "The service's index has no pack of this slug in the region that was asked: `manifact lock --list` shows them.",
        ExitCode.USAGE,
    ),
    # 5xx: build and artifact
    "MF501": Code(
        "two files claim one path",
        "A file named by the manifest would lie where Manifact writes one of its own (score.py, runtime.yaml, the "
        "schemas, …), or where another file already needs a directory. Rename it, or for score.py use "
        "`spec.score.file`.",
    ),
    "MF502": Code(
        "path not allowed in an artifact",
        "Artifact paths are relative, `/`-separated and free of `..`, backslashes and control characters, and lead "
        "to plain files, so that the archive extracts alike everywhere (ADS 2.16.1 refuses others).",
    ),
    "MF503": Code(
        "file would be dropped from the artifact",
        "`__pycache__`, compiled Python files, notebook checkpoints and .DS_Store are listed in .model-ignore: ADS "
        "leaves them out when it zips the artifact. Do not include them.",
    ),
    "MF504": Code(
        "destination holds files of somebody else",
        "An artifact directory is only replaced when Manifact made it: then its artifact.json lies beside it. "
        "Anything else is left alone. Choose another destination, or move the files away.",
    ),
    "MF505": Code(
        "file changed during the build",
        "A file no longer has the size or the SHA-256 it had when it was read. Run the command again.",
    ),
    "MF506": Code(
        "no score.py for this kind of model",
        "There is no template that loads this combination of framework and format. Bring your own score.py with "
        "`spec.score.file`, or save the model in one of the formats that the message names.",
    ),
    "MF507": Code(
        "unusable artifact.json",
        "The record of a build is damaged or of another format version. Compile the model again.",
    ),
    "MF520": Code(
        "artifact cannot be examined",
        "The path is neither a directory nor readable; introspection looks at an artifact directory.",
    ),
    "MF521": Code(
        "artifact would not be accepted",
        "A check of Oracle ADS, or one of ours, fails on the artifact: `manifact introspect` shows all of them. Most "
        "often "
        "it is a score.py of your own without load_model() or predict(data).",
    ),
    "MF522": Code(
        "Python file with a syntax error",
        "A module that goes into the artifact (hooks, score.py, the architecture) cannot be parsed. It is parsed and "
        "never run.",
    ),
    # 6xx: verification
    "MF601": Code(
        "model cannot be loaded",
        "score.py failed while it was imported or while load_model() ran. The last lines of its traceback are in "
        "the message.",
        ExitCode.VERIFICATION,
    ),
    "MF602": Code(
        "predict() failed",
        "predict() raised an exception for the golden rows. The last lines of its traceback are in the message.",
        ExitCode.VERIFICATION,
    ),
    "MF603": Code(
        "predictions differ from the sample",
        "The artifact does not answer what `samples.output` says within `samples.tolerance`. Either the sample "
        "belongs to another model, or the model behaves differently in this environment.",
        ExitCode.VERIFICATION,
    ),
    "MF604": Code(
        "the answer has the wrong form",
        'predict() must return {"prediction": [...]} with one entry a row, made of what JSON knows.',
        ExitCode.VERIFICATION,
    ),
    "MF605": Code(
        "payload shapes disagree",
        "The same row, sent as a record, as a list and as columns, was not answered alike.",
        ExitCode.VERIFICATION,
    ),
    "MF606": Code(
        "verification took too long",
        "The process was stopped at its time-out. Loading included, the golden rows must be answered within it.",
        ExitCode.VERIFICATION,
    ),
    "MF607": Code(
        "the process died",
        "The process that ran score.py ended without an answer: killed by a signal, by a resource limit, or by its "
        "own code.",
        ExitCode.VERIFICATION,
    ),
    "MF608": Code(
        "a library is missing here",
        "The model needs a library that this Python does not have. Install it to verify here, or verify where it is.",
        ExitCode.ENVIRONMENT,
    ),
    "MF609": Code(
        "artifact is damaged",
        "A file of the artifact is missing or is not what artifact.json says. Compile the model again.",
        ExitCode.VERIFICATION,
    ),
    # 7xx: plan, apply and cloud
    "MF701": Code(
        "sensitive variable where it could be seen",
        "The value of a sensitive variable may only be that of an environment variable of the deployment: "
        "anywhere else "
        "it would end up in the catalog, in plans and in digests.",
    ),
    "MF702": Code(
        "too many or reserved tags",
        "OCI takes 10 free-form tags a resource. manifact needs up to 6 of them, all beginning with "
        "`manifact-`, to know "
        "its resources again without a state file; 4 are yours.",
    ),
    "MF703": Code(
        "environment variables not accepted",
        "OCI takes less than 2,048 bytes of environment variables, names and values together, and reserves some names "
        "(SDK 2.189 docstring).",
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
        "Minimum, initial and maximum instances must be in order, pending durations PT3M to PT1H, both sides of "
        "a rule of "
        'one kind, and a query must contain {resourceId = "MODEL_DEPLOYMENT_OCID"}.',
    ),
    "MF707": Code(
        "bandwidth not accepted",
        "Bandwidth is at least 10 Mbps; the maximum lies above it and is at most twice as much (SDK 2.189 docstring).",
    ),
    "MF708": Code(
        "catalog entry not accepted",
        "A limit of the model catalog: 32,000 bytes of metadata a list, one value or one file an entry, one "
        "entry a key.",
    ),
    "MF709": Code(
        "container, network or log settings not accepted",
        "Settings of the deployment that exclude or need each other, or a command line of 2,048 bytes or more.",
    ),
    "MF710": Code(
        "no OCI credentials",
        "Nothing to sign requests with was found. `oci setup config` or `oci session authenticate` makes an OCI config "
        "file; inside OCI, use a principal (`auth:` of the target, `--auth`).",
        ExitCode.ENVIRONMENT,
    ),
    "MF711": Code(
        "OCI credentials cannot be used",
        "The configuration, the key or the token is there but wrong: a missing field, a file that cannot be "
        "read, a key "
        "with another passphrase, an expired token.",
        ExitCode.ENVIRONMENT,
    ),
    "MF712": Code(
        "OCI does not know who asks",
        "The service answered 401: the key was deleted, the fingerprint belongs to another key, the token has "
        "expired, or "
        "the clock of this machine is more than five minutes off.",
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
        "The service answered with a server error, or throttled, again and again. Nothing is wrong with the manifest; "
        "apply again later.",
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
        "needs "
        "no sensitive value, sending one does.",
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
        "The plan uploads an artifact that this machine has not built. Compile the manifest first.",
        ExitCode.INCOMPLETE,
    ),
    "MF725": Code(
        "apply was interrupted",
        "What was done is done, and the next apply completes it: nothing needs to be cleaned up by hand.",
        ExitCode.INCOMPLETE,
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
        "brought "
        "into the catalog, which needs policies for the bucket.",
    ),
    "MF740": Code(
        "plan is stale",
        "The target or the artifact changed since the plan was saved, so that it would now do something else. "
        "Plan again.",
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
    "MF750": Code(
        "unusable artifact in the catalog",
        "The artifact is no zip archive, would write outside of its folder, or is not what its tag or its own list of "
        "files says.",
    ),
    "MF751": Code(
        "folder is not empty",
        "`pull` and `import` write into a new folder only: nothing of yours is overwritten.",
        ExitCode.REFUSED,
    ),
    "MF744": Code(
        "endpoint refused the request",
        "The deployment is there, but did not answer with 200. Status 400 is about the data that was sent: the message "
        "names the column and the row. `manifact logs` shows the model's own output.",
    ),
    "MF745": Code(
        "logs are not here",
        "`manifact logs` reads the model servers of the target `local`. In a tenancy the logs go to OCI Logging, as "
        "`deployment.logs` says.",
        ExitCode.USAGE,
    ),
    # 8xx: the embedded OCI and serving
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
    # 9xx: the command line
    "MF900": Code(
        "the file system refused",
        "A file or folder could not be written or read: permissions, a full disk, or something else in its place. What "
        "was there before is untouched.",
        ExitCode.ENVIRONMENT,
    ),
    "MF901": Code("unknown diagnostic code", "`manifact explain` without a code lists all there are.", ExitCode.USAGE),
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
}
