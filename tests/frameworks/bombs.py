"""Files of a few megabytes made to cost far more: one set for every format, generated."""

from __future__ import annotations

import gzip
import io
import json
import lzma
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

SIZE = 3 << 20
OLD = Path(__file__).parents[1] / "data" / "models"
UBJ = b"{L" + struct.pack(">q", 7) + b"learner"


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


def proto(number: int, data: bytes) -> bytes:
    """A field of protocol buffers with bytes in it."""
    return varint(number << 3 | 2) + varint(len(data)) + data


def zipped(members: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", packing) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def fill(piece: bytes, size: int = SIZE) -> bytes:
    return piece * (size // len(piece))


def names(count: int) -> str:
    return ",".join(f'"{number}"' for number in range(count))


def xgboost() -> dict[str, bytes]:
    head = b'{"learner":{"attributes":{},"feature_names":['
    tail = (
        b'],"feature_types":[],"gradient_booster":{"model":{"gbtree_model_param":{"num_trees":"1"},"trees":[]},'
        b'"name":"gbtree"},"learner_model_param":{"num_class":"0","num_feature":"4","num_target":"1"},'
        b'"objective":{"name":"reg:squarederror"}},"version":[3,2,0]}'
    )
    key = lambda name: b"L" + struct.pack(">q", len(name)) + name.encode()  # noqa: E731
    return {
        "xgboost many names": head + fill(b'"a",') + b'"b"' + tail,
        "xgboost distinct names": head + names(300_000).encode() + tail,
        "xgboost empty lists": head + fill(b"[],") + b'"b"' + tail,
        "xgboost mappings": head + fill(b"{},") + b'"b"' + tail,
        "xgboost deep": b'{"learner":' + fill(b"["),
        "xgboost deep mappings": fill(b'{"learner":'),
        "xgboost numbers": head + fill(b"1,") + b"1" + tail,
        "xgboost big number": head + fill(b"9", 200_000) + tail,
        "xgboost big version": head + tail.replace(b"[3,2,0]", b"[" + fill(b"9", 200_000) + b"]"),
        "xgboost big feature count": head + tail.replace(b'"4"', b'"' + fill(b"9", 1_000_000) + b'"'),
        "xgboost long head": head + fill(b'"a",', 20 << 20) + b'"b"' + tail,
        "xgboost escapes": head + b'"' + fill(b"\\u0041") + b'"' + tail,
        "ubj names": UBJ + b"{" + key("feature_names") + b"[" + fill(b"SU\x01a") + b"]",
        "ubj empty lists": UBJ + b"[" + fill(b"[]"),
        "ubj nothings": UBJ + b"[" + fill(b"N"),
        "ubj deep": UBJ + fill(b"["),
        "ubj nulls by count": UBJ + b"[$Z#L" + struct.pack(">q", 2**62),
        "ubj empty keys": UBJ + b"{" + fill(b"U\x00Z"),
        "gzip of spaces": gzip.compress(head + b" " * 270_000_000, 1),
        "xz of spaces": lzma.compress(head + b" " * 270_000_000, preset=0),
    }


def lightgbm() -> dict[str, bytes]:
    head = "tree\nversion=v4\nnum_class=1\nmax_feature_idx=3\nobjective=regression\nfeature_names={}\n\n"
    end = "\nend of trees\n\nparameters:\n{}end of parameters\n"
    return {
        "lightgbm many names": (head.format("a " * (SIZE // 2)) + end.format("")).encode(),
        "lightgbm many lines": b"tree\nversion=v4\n" + fill(b"a\n"),
        "lightgbm distinct keys": b"tree\nversion=v4\n" + "".join(f"{n}=\n" for n in range(400_000)).encode(),
        "lightgbm parameters": (head.format("a b c d") + end.format("[a: 1]\n" * 400_000)).encode(),
        "lightgbm label gain": (
            head.format("a b c d") + end.format("[label_gain: " + "1," * 1_500_000 + "1]\n")
        ).encode(),
        "lightgbm big number": (head.format("a b c d") + end.format("[max_bin: " + "9" * 1_000_000 + "]\n")).encode(),
        "lightgbm big feature count": head.replace("=3", "=" + "9" * 1_000_000).format("a b").encode(),
        "lightgbm no end": b"tree\nversion=v4\n" + fill(b"a", 20 << 20),
    }


def catboost() -> dict[str, bytes]:
    # A root table, a table of trees, and one vector of features whose every offset leads to one table with a long name.
    def file(features: int, name: int) -> bytes:
        buffer = bytearray(struct.pack("<I", 12) + struct.pack("<4H", 8, 12, 0, 4) + struct.pack("<i", 8))
        buffer += struct.pack("<I", 20)  # root: its trees lie 20 bytes on
        buffer += struct.pack("<8H", 16, 8, 0, 0, 0, 0, 4, 0)  # trees: categorical features in slot 4
        buffer += struct.pack("<iI", 16, 4) + struct.pack("<I", features)
        table = len(buffer) + 4 * features + 10
        buffer += b"".join(struct.pack("<I", table - len(buffer) - 4 * i) for i in range(features))
        buffer += struct.pack("<5H", 10, 8, 0, 0, 4) + struct.pack("<iII", 10, 4, name) + b"a" * name
        return b"CBM1" + struct.pack("<I", len(buffer)) + bytes(buffer)

    head = b'{"features_info":{"float_features":['
    return {
        "catboost shared names": file(200_000, SIZE),
        "catboost many features": file(SIZE // 4, 1),
        "catboost mappings": head + fill(b"{},") + b'{}]},"oblivious_trees":[]}',
        "catboost trees": head + b']},"oblivious_trees":[' + fill(b"[],") + b"[]]}",
    }


def tensors() -> dict[str, bytes]:
    def safetensors(header: bytes) -> bytes:
        return struct.pack("<Q", len(header)) + header

    empty = b'"%d":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}'
    many = b",".join(empty % number for number in range(SIZE // 60))
    long = json.dumps({"w": {"dtype": "F32", "shape": [2**62] * 100_000, "data_offsets": [0, 0]}}).encode()
    return {
        "safetensors many": safetensors(b"{" + many + b"}"),
        "safetensors mappings": safetensors(b'{"a":[' + fill(b"{},") + b"1]}"),
        "safetensors long shape": safetensors(long),
        "safetensors deep": safetensors(b'{"a":' + fill(b"[")),
        "safetensors metadata": safetensors(
            b'{"__metadata__":{' + b",".join(b'"%d":""' % n for n in range(300_000)) + b"}}"
        ),
        "safetensors huge header": struct.pack("<Q", SIZE) + b"{" + fill(b" "),
    }


def keras() -> dict[str, bytes]:
    def archive(config: bytes) -> bytes:
        return zipped({"config.json": config, "metadata.json": b"{}"})

    text = b'"1"'
    for _ in range(18):
        text = json.dumps("[" + text.decode() + "]").encode()
    layers = b'{"class_name":"Sequential","config":{"layers":['
    h5 = bytearray((OLD / "tensorflow" / "sequential-keras2.h5").read_bytes())
    header = int.from_bytes(h5[64:72], "little")
    loop = bytearray(h5)
    struct.pack_into("<HHB3xQQ", loop, header + 16, 0x10, 16, 0, header + 16, 24)
    return {
        "keras deep": archive(fill(b'{"a":')),
        "keras many": archive(b'{"a":[' + fill(b"{},", 30 << 20) + b"1]}"),
        "keras lists": archive(b'{"a":[' + fill(b"[],", 30 << 20) + b"1]}"),
        "keras objects": archive(layers + fill(b'{"class_name":"X"},', 30 << 20) + b"1]}}"),
        "keras names": archive(layers + b",".join(b'{"class_name":"%d"}' % n for n in range(500_000)) + b"]}}"),
        "keras text in text": archive(b'{"a":' + text + b"}"),
        "keras texts": archive(b'{"a":[' + fill(b'"[[[[",') + b"1]}"),
        "keras spaces": archive(b"{" + b" " * (100 << 20)),
        "keras weights": zipped({"config.json": b"{}", "metadata.json": b"{}", "model.weights.h5": bytes(270_000_000)}),
        "h5 loop": bytes(loop),
        "h5 objects": bytes(h5[:header]) + objects(header),
    }


def objects(start: int) -> bytes:
    """A root group of hundreds of thousands of links (new style), each to an object of its own."""
    links = []
    for number in range(60_000):
        at = start + 16 + (1 << 21) + 16 * number
        body = b"\x01\x00\x01a" + struct.pack("<Q", at)
        links.append(struct.pack("<HHB3x", 6, len(body), 0) + body)
    inner = b"".join(links)[: 1 << 21].ljust(1 << 21, b"\0")
    return struct.pack("<BxHII4x", 1, 60_000, 1, len(inner)) + inner + struct.pack("<BxHII4x", 1, 0, 1, 0) * 60_000


def graphs() -> dict[str, bytes]:
    onnx = b"\x08\x0a" + proto(2, b"x")
    nested = b""
    for _ in range(3000):
        nested = proto(1, proto(5, proto(6, nested)))
    return {
        "onnx fields": onnx + proto(7, fill(b"\x10\x00")),
        "onnx nodes": onnx + proto(7, fill(proto(1, b""))),
        "onnx operators": onnx + proto(7, b"".join(proto(1, proto(4, b"%d" % n)) for n in range(250_000))),
        "onnx inputs": onnx + proto(7, fill(proto(11, b""))),
        "onnx initializers": onnx + proto(7, fill(proto(5, proto(8, b"%d")))),
        "onnx names": onnx + proto(7, b"".join(proto(5, proto(8, b"%d" % n)) for n in range(250_000))),
        "onnx labels": onnx + proto(7, proto(1, proto(5, proto(1, b"classlabels_ints") + fill(b"\x40\x01")))),
        "onnx shape": onnx + proto(7, proto(11, proto(2, proto(1, proto(2, fill(proto(1, b""))))))),
        "onnx deep": onnx + proto(7, nested),
        "onnx opsets": onnx + fill(proto(8, proto(1, b"a"))) + proto(7, b""),
        "onnx external": onnx + proto(7, proto(5, fill(proto(13, proto(1, b"location") + proto(2, b"a"))))),
    }


def folders() -> dict[str, dict[str, bytes]]:
    """Models that are folders: path -> content."""

    def saved_model(meta: bytes) -> dict[str, bytes]:
        return {"saved_model.pb": proto(2, meta)}

    function = proto(1, proto(1, proto(1, b"f")))
    node = proto(1, b"n") + proto(2, b"StringJoin")
    chain = b"".join(
        proto(1, proto(1, b"%d" % n) + proto(2, b"Select") + proto(3, b"%d" % (n + 1)) * 3) for n in range(30)
    )
    saves = proto(1, proto(1, b"s") + proto(2, b"SaveV2") + proto(3, b"0"))
    calls = b"".join(
        proto(
            1, proto(1, b"c%d" % n) + proto(2, b"If") + proto(5, proto(1, b"f") + proto(2, proto(10, proto(1, b"f"))))
        )
        for n in range(40_000)
    )
    part = b'{"class":"org.apache.spark.ml.PipelineModel","uid":"p","paramMap":{"stageUids":[%s]},"defaultParamMap":{}}'
    sql = json.dumps("SELECT " + "a+" * 49_000 + "a FROM __THIS__")
    stage = f'{{"class":"org.apache.spark.ml.feature.SQLTransformer","uid":"a","paramMap":{{"statement":{sql}}}}}'
    return {
        "savedmodel nodes": saved_model(proto(2, fill(proto(1, b"")))),
        "savedmodel operations": saved_model(proto(2, b"".join(proto(1, proto(2, b"%d" % n)) for n in range(250_000)))),
        "savedmodel functions": saved_model(proto(2, proto(2, fill(function)))),
        "savedmodel same nodes": saved_model(proto(2, fill(proto(1, node)) + saves)),
        "savedmodel paths": saved_model(proto(2, chain + saves)),
        "savedmodel many savers": saved_model(proto(2, chain + saves.replace(b"s", b"t", 1) * 50_000)),
        "savedmodel calls": saved_model(proto(2, calls + saves)),
        "savedmodel objects": saved_model(proto(7, fill(proto(1, b"")))),
        "savedmodel signatures": saved_model(b"".join(proto(5, proto(1, b"%d" % n)) for n in range(200_000))),
        "savedmodel graphs": {"saved_model.pb": fill(proto(2, b""))},
        "savedmodel tags": saved_model(proto(1, b"".join(proto(4, b"%d" % n) for n in range(250_000)))),
        "savedmodel metadata": {
            "saved_model.pb": proto(2, b""),
            "keras_metadata.pb": fill(proto(1, proto(5, b'{"a":[[[[[[[[]]]]]]]]}'))),
        },
        "spark uids": {"metadata/part-00000": part % fill(b'"a",')[:-1]},
        "spark deep": {"metadata/part-00000": fill(b'{"class":')},
        "spark lists": {"metadata/part-00000": part % fill(b"[],")[:-1]},
        "spark sql": {"metadata/part-00000": part % b'"a"', "stages/0_a/metadata/part-00000": stage.encode()},
    }


def torch_files() -> dict[str, bytes]:
    pickle = b"\x80\x02}."
    script = {"m/data.pkl": b"\x80\x02c__torch__\nM\n)\x81.", "m/constants.pkl": b"\x80\x02)."}
    program = b'{"graph_module":{"graph":{"nodes":[%s]}}}'
    return {
        "torchscript names": zipped(
            script | {"m/code/__torch__.py": b"\n".join(b"a.b%d(x)" % n for n in range(300_000))}
        ),
        "torchscript brackets": zipped(script | {"m/code/__torch__.py": fill(b"(", 7 << 20)}),
        "torchscript dots": zipped(script | {"m/code/__torch__.py": fill(b".a", 7 << 20)}),
        "torchscript text": zipped(script | {"m/code/__torch__.py": b"getattr(x, '" + fill(b"\\x41", 7 << 20) + b"')"}),
        "torchscript lines": zipped(script | {"m/code/__torch__.py": fill(b"\n ", 7 << 20)}),
        "torchscript large": zipped(script | {"m/code/__torch__.py": fill(b"a", 100 << 20)}),
        "torchscript many": zipped(script | {f"m/code/{n}.py": fill(b"x + ", 4 << 20) for n in range(10)}),
        "export nodes": zipped({"m/models/model.json": program % fill(b"{},", 60 << 20)}),
        "export targets": zipped(
            {"m/models/model.json": program % b",".join(b'{"target":"torch.ops.a.%d.x"}' % n for n in range(500_000))}
        ),
        "export expressions": zipped({"m/models/model.json": program % fill(b'{"expr_str":"1+1+1+1"},', 20 << 20)}),
        "export many": zipped({f"m/models/{n or 'model'}.json": program % fill(b"{},", 20 << 20) for n in range(10)}),
        "torch members": zipped({"m/data.pkl": pickle} | {f"m/data/{n}": b"" for n in range(40_000)}),
    }


FILES: tuple[Callable[[], dict[str, bytes]], ...] = (xgboost, lightgbm, catboost, tensors, keras, graphs, torch_files)
