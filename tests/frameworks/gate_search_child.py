"""Runs what the gate accepts, in a process of its own, and prints what reached outside: operations, or Keras objects.

    python gate_search_child.py operations|keras FOLDER < names or configurations (JSON)

FOLDER holds bait: its path stands wherever text can. What opens, makes or changes anything in it is seen by inotify
(in C++ too), what starts processes or connects by an audit hook. Lines say `start NAME`, then `reached NAME WHY`.
"""

from __future__ import annotations

import ctypes
import inspect
import json
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

ACTS = ("os.system", "os.exec", "os.posix_spawn", "subprocess.Popen", "socket.connect", "socket.getaddrinfo")
OPENED, CHANGED = 0x20, 0x2 | 0x100 | 0x200 | 0xC0  # IN_OPEN; IN_MODIFY, IN_CREATE, IN_DELETE, IN_MOVED


class Watch:
    """Every access to a folder, whoever makes it."""

    def __init__(self, folder: str) -> None:
        library = ctypes.CDLL(None, use_errno=True)
        self._file = library.inotify_init1(os.O_NONBLOCK)
        for place, _, _ in os.walk(folder):
            library.inotify_add_watch(self._file, place.encode(), OPENED | CHANGED)

    def touched(self) -> bool:
        """Whether anything happened since the last question."""
        try:
            return bool(os.read(self._file, 1 << 16))
        except BlockingIOError:
            return False


def say(line: str) -> None:
    """A line at once: the process may end with the next call."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(kind: str, folder: str) -> None:
    """Run everything on standard input."""
    items = json.load(sys.stdin)
    run = operations(folder) if kind == "operations" else keras()
    acted: list[str] = []
    sys.addaudithook(lambda event, _: acted.append(event) if event.startswith(ACTS) else None)
    watch = Watch(folder)
    for item in items:
        name = item if isinstance(item, str) else json.dumps(item)
        say(f"start {name}")
        try:
            run(item)
        except BaseException as error:  # whatever a call ends with, what it did before counts
            del error
        if watch.touched():
            say(f"reached {name} the bait")
        if acted:
            say(f"reached {name} {acted[0]}")
            acted.clear()


def operations(folder: str) -> Callable[[str], None]:
    """Calls an operation of TensorFlow with the bait wherever text can stand, and numbers elsewhere."""
    import tensorflow as tf
    from tensorflow.python.framework import op_def_registry

    bait = os.path.join(folder, "bait.txt")  # noqa: PTH118

    def run(name: str) -> None:
        definition, call = op_def_registry.get(name), getattr(tf.raw_ops, name, None)
        if definition is None or call is None:
            return
        for numbers in (tf.constant([1.0]), tf.constant(1), tf.constant([[1.0, 2.0]])):
            arguments: dict[str, Any] = {
                item.name: tf.constant(bait if numbers.shape.rank == 0 else [bait]) if item.type in {0, 7} else numbers
                for item in definition.input_arg
            }
            for item in definition.attr:
                if item.type == "string":
                    arguments[item.name] = f"file://{bait}" if item.name == "output_stream" else bait
                elif item.type == "list(string)":
                    arguments[item.name] = [f"file://{bait}"]
                elif item.type == "type" and item.name not in {i.type_attr for i in definition.input_arg}:
                    arguments[item.name] = tf.float32
                elif item.type == "shape":
                    arguments[item.name] = [1]
            try:
                call(**arguments)
            except (Exception, SystemExit):  # most calls do not fit
                continue

    return run


def keras() -> Callable[[dict[str, Any]], None]:
    """Makes an object from a configuration, and calls it; without the safe mode that newer releases of Keras have."""
    import keras as library

    def run(config: dict[str, Any]) -> None:
        made = library.saving.deserialize_keras_object(config, safe_mode=False)
        if callable(made):
            made(library.ops.ones((1, 4)))

    return run


def configurations(folder: str, classes: list[str], functions: list[str]) -> Iterator[dict[str, Any]]:
    """For every class, configurations with bait, other objects and functions as arguments."""
    import keras as library

    bait = os.path.join(folder, "bait.txt")  # noqa: PTH118
    modules = ("layers", "losses", "metrics", "optimizers", "initializers", "regularizers", "constraints", "quantizers")
    values = (
        bait,
        [bait],
        {"module": "builtins", "class_name": "function", "config": functions[0], "registered_name": None},
    )
    for name in classes:
        for module in modules:
            found = getattr(getattr(library, module), name, None)
            if isinstance(found, type):
                for parameter in inspect.signature(found.__init__).parameters:
                    for value in values:
                        config = {parameter: value} if parameter not in {"self", "args", "kwargs"} else {}
                        yield {
                            "module": f"keras.{module}",
                            "class_name": name,
                            "config": config,
                            "registered_name": None,
                        }


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
