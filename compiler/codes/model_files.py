"""MF2xx: model files."""

from __future__ import annotations

from compiler.codes.code import Code, ExitCode

MODEL_FILES: dict[str, Code] = {
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
        "denied model",
        "The file does what no model needs, or is built as no library builds one: a pickle with functions of the "
        "standard library, a configuration or a graph that reads or writes files, SQL that does more than compute. "
        "The message says what was seen and where. This cannot be lifted; save the model again from a clean program.",
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
        "code of others in a model",
        "Loading or running the model would use code that is not part of a known release of the framework, or that "
        "reaches outside of it: a class in a pickle, a layer, an operation, a stage. Its distribution belongs in the "
        "inference environment. Once you trust it, name what the model uses under `spec.model.allow`: the hint is the "
        "whole block, ready to paste.",
    ),
    "MF208": Code(
        "unknown framework",
        "`spec.model.framework` names none of the frameworks known here, or not the one that the file belongs to.",
    ),
    "MF209": Code(
        "no model to serve in this file",
        "The file is readable, but what it holds cannot be served: weights alone, a checkpoint, the arguments of a "
        "training run, plain data, or a model in a form that only the program that wrote it can load. "
        "`manifact inspect` shows its facts. The hint says what to save instead.",
    ),
    "MF210": Code(
        "method the model does not have",
        "`spec.score.method` names a method that the estimator's class does not offer, or only offers when it is "
        "built with other parameters.",
    ),
    "MF211": Code(
        "use case contradicts the model",
        "The classes that the model records, or the kind of its estimator, do not fit `spec.useCase`.",
    ),
    "MF228": Code(
        "model that needs a GPU",
        "The program in the file asks for a CUDA device by name, which loading it elsewhere does not change, and the "
        "deployment's shape has no GPU. Save the program again from a model on the CPU, without devices in its code, "
        "or choose a shape with GPUs.",
    ),
    "MF229": Code(
        "model that answers for no new rows",
        "Some estimators only label the rows that they were fitted to (DBSCAN, HDBSCAN, agglomerative clustering, "
        "TSNE): they have neither `predict` nor `transform`. Save a model that predicts, such as a classifier fitted "
        "to the labels. Or ask it in your own way: `spec.model.framework: other`, and `predict(model, data)` in a "
        "module that `spec.score.hooks` names, for instance with `hdbscan.approximate_predict`.",
    ),
    "MF212": Code(
        "code of your own in a pickle",
        "Loading the pickle would import and run a class or function of yours: from a module beside the model, from "
        "the script or notebook that saved it (`__main__`), or stored by value (cloudpickle, dill). A module is named "
        "under `spec.model.allow` and brought with `spec.include`. What was defined in `__main__` loads nowhere else: "
        "put it into a module and save the model again from there, or save it with cloudpickle. Code by value is not "
        "looked into: to allow it is to run anything that the file holds.",
    ),
    "MF220": Code(
        "weights outside of the model file",
        "The model refers to another file for its weights, and that file is not beside it, or not inside its folder "
        "at all. Put it there, and it becomes part of the artifact, or save the model with its weights inside.",
    ),
    "MF221": Code(
        "code inside a Keras model",
        "The model holds Python bytecode (a Lambda layer), which Keras refuses to load in safe mode and which nobody "
        "can review. Write the layer as a registered class and save the model again.",
    ),
    "MF222": Code(
        "not a Spark PipelineModel",
        "Only a fitted `pyspark.ml.PipelineModel` can be served: "
        "`Pipeline(stages=[...]).fit(data).write().save(path)`.",
    ),
    "MF223": Code(
        "code inside a PyTorch export",
        "A `torch.export` archive keeps sizes, guards and operators as text that PyTorch evaluates while it loads. "
        "This one holds text that is more than arithmetic over sizes, so loading it could run anything.",
    ),
    "MF224": Code(
        "file is not fetched",
        "The manifest names a file by `uri` and `sha256`, and it is not in this project's cache "
        "(`.manifact/fetched/`). Compiling never uses the network: run `manifact fetch` first.",
        ExitCode.ENVIRONMENT,
    ),
    "MF225": Code(
        "pointer instead of the file",
        "The file holds no data: it is a Git LFS pointer or a DVC file that says where the data are. Run the command "
        "that the message names, and compile again.",
        ExitCode.ENVIRONMENT,
    ),
    "MF226": Code(
        "uri of more than one object",
        "`uri` names one object, which `sha256` pins. A prefix (a directory model) has no such hash: bring the "
        "directory into the project and name it as `path`, or give a whole artifact as a zip.",
    ),
    "MF227": Code(
        "fetched file is another one",
        "The bytes of the object, or of the file in the cache, do not have the SHA-256 that the manifest says. Either "
        "the object was changed, or the hash belongs to another file. Nothing of it is kept by `manifact fetch`.",
    ),
}
