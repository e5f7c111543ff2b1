"""TensorFlow and Keras: `.keras` archives, `.h5` files of Keras 2 and 3, and SavedModel folders."""

from __future__ import annotations

from compiler.frameworks.base import ModelFile
from compiler.frameworks.refused import denied
from compiler.frameworks.tensorflow.keras_code import check_code, check_record
from compiler.frameworks.tensorflow.operations import check_operations
from compiler.ir import Json, ModelFacts, Need, Tensor, Unserved
from compiler.readers.containers.archive import damaged, open_archive, read_member
from compiler.readers.containers.bounded_json import parse_mapping
from compiler.readers.containers.mapped import BadContentError, mapped
from compiler.readers.containers.member import mapped_member
from compiler.readers.tensorflow.h5 import root_attributes
from compiler.readers.tensorflow.h5_objects import foreign_parts
from compiler.readers.tensorflow.keras_config import objects, read_config
from compiler.readers.tensorflow.saved_model import SavedModel, Signature, class_of, keras_objects, read_saved_model

MAX_CONFIG = 32 << 20
SIGNATURES = ("serving_default", "serve")
INTERNAL = "__saved_model_"
_WEIGHTS = Unserved(
    "no Keras model, or the weights of one alone", "save the whole model: model.save('model.keras'), not its weights"
)


def facts(model: ModelFile) -> ModelFacts | None:
    """What the files say of themselves.

    Raises CompilerError: MF203 damaged, MF206 beyond limits, MF209 weights without a model, MF221 code inside.
    """
    if model.format == "savedmodel":
        return _saved_model_facts(model)
    if model.format == "keras":
        return _keras_facts(model, _archive(model))
    found = _root_attributes(model)
    return _keras_facts(model, _attributes(model, found)) if "model_config" in found else _weights_alone(found)


def _weights_alone(found: dict[str, str]) -> ModelFacts:
    versions = {"keras": found["keras_version"]} if "keras_version" in found else {}
    return ModelFacts("tensorflow", "h5", requires=("keras", "tensorflow"), versions=versions, unserved=_WEIGHTS)


def _archive(model: ModelFile) -> dict[str, Json]:
    """Configuration, training configuration and release, from a `.keras` archive."""
    with open_archive(model.path) as archive:
        config = _parse(model, read_member(archive, "config.json", MAX_CONFIG))
        metadata = _parse(model, read_member(archive, "metadata.json", MAX_CONFIG))
        for name in archive.namelist():
            if name.endswith(".h5"):
                with mapped_member(archive, name) as data:
                    _check_weights(model, data, name)
    return {
        "config": config,
        "training": config.get("compile_config"),
        "keras_version": metadata.get("keras_version"),
    }


def _root_attributes(model: ModelFile) -> dict[str, str]:
    with mapped(model.path) as data:
        _check_weights(model, data, "HDF5")
        return root_attributes(data)


def _attributes(model: ModelFile, found: dict[str, str]) -> dict[str, Json]:
    """The same from the attributes of an `.h5` file."""
    return {
        "config": _parse(model, found["model_config"].encode()),
        "training": _parse(model, found["training_config"].encode()) if "training_config" in found else None,
        "keras_version": found.get("keras_version"),
    }


def _check_weights(model: ModelFile, data: memoryview, name: str) -> None:
    """Raises CompilerError MF204 for weights that lie in other files, and `BadContentError`."""
    for place, why in foreign_parts(data):
        raise denied(model.path, why, f"{name}: '{place:.200}'")


def _parse(model: ModelFile, text: bytes) -> dict[str, Json]:
    try:
        return parse_mapping(text)
    except BadContentError as error:
        raise damaged(model.path, f"its configuration: {error}") from error


def _keras_facts(model: ModelFile, found: dict[str, Json]) -> ModelFacts:
    config = read_config(found["config"])
    unknown = _code(model, [("config", found["config"]), ("training_config", found["training"])])
    version = found["keras_version"]
    return ModelFacts(
        framework="tensorflow",
        format=model.format,
        algorithm=config.class_name or None,
        hyperparameters=_training(found["training"]),
        feature_count=_width(config.inputs),
        inputs=config.inputs,
        outputs=config.outputs,
        methods=frozenset(("predict",)),
        requires=("keras", "numpy", "tensorflow"),
        versions={"keras": version} if isinstance(version, str) else {},
        needs=_needs(version),
        unknown=model.not_allowed(unknown),
        places=unknown,
    )


def _code(model: ModelFile, trees: list[tuple[str, Json]]) -> dict[str, str]:
    """Unknown names in configurations with their places. Raises CompilerError: MF203, and as `check_code` does."""
    try:
        return check_code(model, (item for name, tree in trees for item in objects(tree, name)))
    except ValueError as error:
        raise damaged(model.path, str(error)) from error


def _needs(version: Json) -> tuple[Need, ...]:
    """TensorFlow has Keras 3 since 2.16 (its release notes); what Keras 3 writes, Keras 2 does not read."""
    if not isinstance(version, str) or not version.startswith("3."):
        return ()
    return (Need("tensorflow", ">=2.16", f"the file was written by Keras {version}"),)


def _training(found: Json) -> dict[str, Json] | None:
    """Optimizer, loss and metrics that the model was compiled with."""
    if not isinstance(found, dict) or not found:
        return None
    optimizer = found.get("optimizer") or found.get("optimizer_config")
    kept = {key: found[key] for key in ("loss", "metrics") if found.get(key) is not None}
    if isinstance(optimizer, dict):
        settings = optimizer.get("config")
        kept["optimizer"] = {**(settings if isinstance(settings, dict) else {}), "name": optimizer.get("class_name")}
    return kept


def _width(inputs: tuple[Tensor, ...]) -> int | None:
    shapes = [tensor.shape for tensor in inputs]
    return shapes[0][1] if len(shapes) == 1 and shapes[0] is not None and len(shapes[0]) == 2 else None


def _saved_model_facts(model: ModelFile) -> ModelFacts:
    with mapped(model.path / "saved_model.pb") as data:
        found = read_saved_model(data)
        unknown = check_operations(model, found.metas)
    record = _keras_record(model, found)
    unknown = _recorded(model, record) | unknown
    signature = _signature(found)
    inputs, outputs = (signature.inputs, signature.outputs) if signature else ((), ())
    names: list[Json] = [*sorted(name for name in found.signatures if not name.startswith(INTERNAL))]
    return ModelFacts(
        framework="tensorflow",
        format=model.format,
        version=found.version or None,
        algorithm=_keras_class(model, record),
        feature_count=_width(inputs),
        inputs=inputs,
        outputs=outputs,
        methods=frozenset(("predict",)),
        requires=("numpy", "tensorflow"),
        details={"signatures": names},
        unknown=model.not_allowed(unknown),
        places=unknown,
    )


def _keras_record(model: ModelFile, found: SavedModel) -> list[tuple[str, str]]:
    """Path and configuration of what Keras 2 recorded: in a file of its own, or up to 2.4 in the object graph."""
    record = [("saved_model.pb", text) for meta in found.metas for text in meta.metadata]
    path = model.path / "keras_metadata.pb"
    if path.is_file():
        with mapped(path) as data:
            record += keras_objects(data)
    return record


def _keras_class(model: ModelFile, record: list[tuple[str, str]]) -> str | None:
    try:
        return next((class_of(text) for place, text in record if place == "root"), None)
    except BadContentError as error:
        raise damaged(model.path, f"'keras_metadata.pb': {error}") from error


def _recorded(model: ModelFile, record: list[tuple[str, str]]) -> dict[str, str]:
    try:
        return check_record(item for place, text in record for item in objects(text, place))
    except ValueError as error:
        raise damaged(model.path, str(error)) from error


def _signature(found: SavedModel) -> Signature | None:
    names = [*SIGNATURES, *sorted(name for name in found.signatures if not name.startswith(INTERNAL))]
    return next((found.signatures[name] for name in names if name in found.signatures), None)
