"""MF4xx: environments and the lock."""

from __future__ import annotations

from compiler.codes.code import Code, ExitCode

ENVIRONMENTS: dict[str, Code] = {
    "MF401": Code(
        "manifact.lock cannot be used",
        "The file is damaged, or of another version of its format. `manifact lock` writes it anew.",
    ),
    "MF402": Code(
        "slug is not locked",
        "A service pack's slug resolves through manifact.lock, never over the network at compile: nothing is "
        "guessed. `manifact lock SLUG` looks it up once, in the target's region.",
    ),
    "MF403": Code(
        "index of conda packs has another form",
        "The service's index could be read, and does not look as it did in ADS 2.16.1. Name the pack by its path.",
        ExitCode.ENVIRONMENT,
    ),
    "MF404": Code(
        "version skew",
        "The model records the version of the library that wrote it, and the inference environment has another one. "
        "Across major releases, and where loading is known to fail, this is an error; otherwise a warning. What counts "
        "is the release that the file records, and what its content shows: names that only NumPy 2 has, a file of "
        "Keras 3, the opset and IR of ONNX. Of an `environment.yaml`, ranges and wildcards count as pins do.",
    ),
    "MF405": Code(
        "no such conda pack",
        "The service's index has no pack of this slug in the region that was asked: `manifact lock --list` shows them.",
        ExitCode.USAGE,
    ),
    "MF406": Code(
        "library is not listed",
        "Loading the model needs a library that the `environment.yaml` of its inference environment does not list, or "
        "lists by the name that it is imported by (`sklearn` for scikit-learn). Another package may bring it along, so "
        "that this is a warning.",
    ),
}
