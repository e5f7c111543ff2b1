"""SavedModels: what reaches files, sockets, processes or Python is named; what TensorFlow itself writes is not.

Honest models are written by TensorFlow here. Hostile ones are the same with operations put in, and TensorFlow's own
parser is what writes them.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from compiler.diagnostics import CompilerError
from compiler.frameworks import inspect_model

pytestmark = pytest.mark.filterwarnings("ignore")  # TensorFlow warns about itself


@pytest.fixture(scope="module")
def tf() -> Any:
    return pytest.importorskip("tensorflow")


@pytest.fixture(scope="module")
def honest(tf: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of models: lookup tables from text, from a file and mutable ones, recurrent and preprocessing layers."""
    folder = tmp_path_factory.mktemp("honest")
    (folder / "words.txt").write_text("a\nb\nc\n")
    layers = tf.keras.layers

    class Words(tf.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            index = tf.lookup.TextFileIndex
            source = (str(folder / "words.txt"), tf.string, index.WHOLE_LINE, tf.int64, index.LINE_NUMBER)
            self.table = tf.lookup.StaticVocabularyTable(tf.lookup.TextFileInitializer(*source), 2)
            self.seen = tf.lookup.experimental.MutableHashTable(tf.string, tf.int64, -1)
            self.seen.insert(tf.constant(["a"]), tf.constant([1], tf.int64))
            self.weight = tf.Variable(2.0)

        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="word")])
        def __call__(self, word):  # type: ignore[no-untyped-def]
            found = self.table.lookup(word) + self.seen.lookup(word)
            tf.print("found", found)
            return {"number": tf.cast(found, tf.float32) * self.weight}

    words = Words()
    tf.saved_model.save(words, folder / "words", signatures=words.__call__)
    text = layers.TextVectorization(max_tokens=9, output_sequence_length=5)
    text.adapt(["the cat", "a dog"])
    recurrent = layers.Bidirectional(layers.LSTM(2))
    tf.keras.Sequential([tf.keras.Input((1,), dtype=tf.string), text, layers.Embedding(9, 2), recurrent]).export(
        folder / "text", verbose=False
    )
    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as session:
        x = v1.placeholder(tf.string, [None], "x")
        source = (str(folder / "words.txt"), tf.string, -2, tf.int64, -1)
        table = v1.lookup.StaticVocabularyTable(tf.lookup.TextFileInitializer(*source), 1)
        y = tf.gather(v1.get_variable("w", [4, 2]), table.lookup(x))
        session.run([v1.global_variables_initializer(), v1.tables_initializer()])
        v1.saved_model.simple_save(
            session, str(folder / "v1"), {"x": x}, {"y": y}, legacy_init_op=v1.tables_initializer()
        )
    return folder


@pytest.mark.parametrize("name", ["words", "text", "v1"])
def test_savers_and_lookup_tables_are_known(honest: Path, name: str) -> None:
    facts = inspect_model(honest / name)
    assert (facts.framework, facts.unknown) == ("tensorflow", ())


def changed(source: Path, target: Path, change: Callable[[Any], None]) -> Path:
    from tensorflow.core.protobuf import saved_model_pb2

    shutil.copytree(source, target)
    model = saved_model_pb2.SavedModel()
    model.ParseFromString((target / "saved_model.pb").read_bytes())
    change(model.meta_graphs[0])
    (target / "saved_model.pb").write_bytes(model.SerializeToString())
    return target


def served(meta: Any) -> Any:
    """The function that the serving signature calls, among those of the graph's library."""
    return next(f for f in meta.graph_def.library.function if "signature_wrapper" in f.signature.name)


def saver(meta: Any) -> Any:
    return next(f for f in meta.graph_def.library.function if "traced_save" in f.signature.name)


def denied(path: Path) -> str:
    with pytest.raises(CompilerError) as caught:
        inspect_model(path)
    (problem,) = caught.value.diagnostics
    return f"{problem.code} {problem.message}"


REACHING = [
    "ReadFile",
    "WriteFile",
    "MatchingFiles",
    "SaveV2",
    "RestoreV2",
    "MergeV2Checkpoints",
    "Save",
    "Restore",
    "SaveDatasetV2",
    "LoadDataset",
    "TextLineDataset",
    "TFRecordDataset",
    "CSVDatasetV2",
    "GeneratorDataset",
    "WriteSummary",
    "CreateSummaryFileWriter",
    "WholeFileReaderV2",
    "TextLineReaderV2",
    "RpcCall",
    "RpcServerStart",
    "RemoteCall",
    "PyFunc",
    "EagerPyFunc",
    "PyFuncStateless",
    "ImmutableConst",
    "DebugIdentityV3",
    "LoadAndRemapMatrix",
    "DecodeProtoV2",
    "Skipgram",
    "FixedUnigramCandidateSampler",
    "Abort",
    "XlaCallModule",
    "DumpTensor",
    "SnapshotDatasetV2",
    "InitializeTableFromTextFileV2",
    "IteratorFromStringHandleV2",
    "FileSystemSetConfiguration",
    "NoSuchOperation",
]


@pytest.mark.parametrize("operation", REACHING)
@pytest.mark.parametrize("place", ["graph", "function"])
def test_operations_that_reach_outside_are_named(honest: Path, operation: str, place: str, tmp_path: Path) -> None:
    def put(meta: Any) -> None:
        nodes = meta.graph_def.node if place == "graph" else served(meta).node_def
        nodes.add(name="put", op=operation)

    facts = inspect_model(changed(honest / "words", tmp_path / "m", put))
    inside = "function '__inference_signature_wrapper_" if place == "function" else "node 'put'"
    assert facts.unknown == (f"tensorflow.{operation}",)
    assert facts.places[facts.unknown[0]].startswith(f"saved_model.pb, {inside}")
    assert facts.places[facts.unknown[0]].endswith("node 'put'")


@pytest.mark.parametrize("stream", ["file:///tmp/x", "file://x", "", "stdout "])
def test_printing_into_a_file_is_denied_with_its_place(honest: Path, stream: str, tmp_path: Path) -> None:
    def put(meta: Any) -> None:
        functions = [f for f in meta.graph_def.library.function if any(n.op == "PrintV2" for n in f.node_def)]
        for function in functions:
            next(n for n in function.node_def if n.op == "PrintV2").attr["output_stream"].s = stream.encode()

    found = denied(changed(honest / "words", tmp_path / "m", put))
    assert found.startswith(f"MF204 the model is denied: PrintV2 writes to '{stream}' (saved_model.pb, function '")


@pytest.mark.parametrize("name", ["/etc/passwd", "../../words.txt", "gs://bucket/x", ""])
def test_assets_outside_of_the_folder_are_denied(honest: Path, name: str, tmp_path: Path) -> None:
    def put(meta: Any) -> None:
        meta.asset_file_def[0].filename = name

    found = denied(changed(honest / "words", tmp_path / "m", put))
    assert found == f"MF204 the model is denied: its asset '{name}' lies outside of its folder (saved_model.pb)"


def call_the_saver(meta: Any) -> None:
    """The serving function saves the variables to the text it is asked about."""
    function, caller = saver(meta), served(meta)
    node = caller.node_def.add(name="put", op="StatefulPartitionedCall")
    node.input.extend([caller.signature.input_arg[0].name] * len(function.signature.input_arg))
    node.attr["f"].func.name = function.signature.name


def offer_the_saver(meta: Any) -> None:
    """Python may call the function that saves."""
    meta.object_graph_def.concrete_functions[saver(meta).signature.name].bound_inputs.extend([])


def exchange_the_saver(meta: Any) -> None:
    """TensorFlow may put the function that saves in the place of another."""
    saver(meta).attr["api_implements"].s = b"lstm_1"


def save_elsewhere(meta: Any) -> None:
    """What the saver puts behind the checkpoint's name leads out of the folder."""
    for node in saver(meta).node_def:
        if node.op == "Const" and b"part" in b"".join(node.attr["value"].tensor.string_val):
            node.attr["value"].tensor.string_val[:] = [b"/../../../../tmp/x"]


def save_to_a_constant(meta: Any) -> None:
    """The node of the main graph that the checkpoint's name is fed into is a constant."""
    for node in meta.graph_def.node:
        if node.name == "saver_filename":
            node.op = "Const"


def save_when_asked(meta: Any) -> None:
    """A signature gives what the saver's call gives."""
    meta.signature_def["serving_default"].outputs["number"].name = meta.saver_def.save_tensor_name


@pytest.mark.parametrize(
    "change",
    [call_the_saver, offer_the_saver, exchange_the_saver, save_elsewhere, save_to_a_constant, save_when_asked],
)
def test_savers_that_others_may_call_are_named(honest: Path, change: Callable[[Any], None], tmp_path: Path) -> None:
    assert "tensorflow.SaveV2" in inspect_model(changed(honest / "words", tmp_path / "m", change)).unknown


def table_from_a_constant(meta: Any) -> None:
    for node in meta.graph_def.node:
        if node.op == "AssignVariableOp" and "asset" in node.input[1]:
            node.input[1] = "serving_default_word"


def table_of_another_object(meta: Any) -> None:
    """The object that is bound to the initializer's argument is no asset but a text."""
    for number, node in enumerate(meta.object_graph_def.nodes):
        if node.WhichOneof("kind") == "asset":
            for function in meta.object_graph_def.concrete_functions.values():
                if number in function.bound_inputs:
                    function.bound_inputs[list(function.bound_inputs).index(number)] = 0


@pytest.mark.parametrize("change", [table_from_a_constant, table_of_another_object])
def test_tables_from_other_files_are_named(honest: Path, change: Callable[[Any], None], tmp_path: Path) -> None:
    found = inspect_model(changed(honest / "words", tmp_path / "m", change)).unknown
    assert found == ("tensorflow.InitializeTableFromTextFileV2",)


def test_every_meta_graph_is_judged(honest: Path, tmp_path: Path) -> None:
    from tensorflow.core.protobuf import saved_model_pb2

    shutil.copytree(honest / "words", tmp_path / "m")
    model = saved_model_pb2.SavedModel()
    model.ParseFromString((tmp_path / "m" / "saved_model.pb").read_bytes())
    other = model.meta_graphs.add()
    other.meta_info_def.tags.append("train")
    other.graph_def.node.add(name="put", op="WriteFile")
    (tmp_path / "m" / "saved_model.pb").write_bytes(model.SerializeToString())
    assert inspect_model(tmp_path / "m").unknown == ("tensorflow.WriteFile",)


def test_a_node_of_two_operations_is_damage(honest: Path, tmp_path: Path) -> None:
    """Of a field that stands there twice protocol buffers take the last: what was looked at must be what runs."""

    def put(meta: Any) -> None:
        meta.graph_def.node.add(name="put", op="NoOperation")

    path = changed(honest / "words", tmp_path / "m", put)
    assert inspect_model(path).unknown == ("tensorflow.NoOperation",)
    content = (path / "saved_model.pb").read_bytes()
    once, twice = b"put\x12\x0bNoOperation", b"put\x12\x04NoOp\x12\x05Abort"
    assert len(once) == len(twice)
    assert content.count(once) == 1
    (path / "saved_model.pb").write_bytes(content.replace(once, twice))
    assert denied(path).startswith("MF203 the model file is damaged: a node has two names, or two operations")
