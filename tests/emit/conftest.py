"""Artifacts of real models: trained here, emitted, written, and asked in a process of their own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from compiler.emit import artifact_record, emit, write_artifact
from compiler.ir import CondaEnvironment, DataSchema, Json, ModelFacts, ResolvedModel, Score, SourceFile
from compiler.passes.samples.schemas import build_schema
from compiler.readers.samples import read_table
from compiler.verify.run import Replies, run_artifact
from testing.projects import Project

SERVICE_PACK = CondaEnvironment(
    path=(
        "oci://service-conda-packs@id19sfcrra6z/service_pack/cpu/General_Machine_Learning_for_CPUs_on_Python_3.11/1.0/"
        "generalml_p311_cpu_x86_64_v1"
    ),
    slug="generalml_p311_cpu_x86_64_v1",
    kind="data_science",
    python="3.11",
    locked=True,
)


def source_file(path: str, source: Path) -> SourceFile:
    content = source.read_bytes()
    return SourceFile(path, source.resolve(), len(content), hashlib.sha256(content).hexdigest())


def source_files(path: str, source: Path) -> list[SourceFile]:
    if source.is_file():
        return [source_file(path, source)]
    return [
        source_file(f"{path}/{found.relative_to(source).as_posix()}", found)
        for found in sorted(source.rglob("*"))
        if found.is_file()
    ]


@dataclass
class Bench:
    """Puts resolved models together and runs their artifacts."""

    root: Path
    environment: CondaEnvironment | None = None
    extras: dict[str, str] = field(default_factory=dict)

    def schema(self, sample: Path | None) -> DataSchema | None:
        return None if sample is None else build_schema(read_table(sample))

    def model(
        self, source: Path, facts: ModelFacts, sample: Path | None = None, *, score: Score | None = None, path: str = ""
    ) -> ResolvedModel:
        name = path or source.name
        files = source_files(name, source)
        for extra, text in self.extras.items():
            written = self.root / extra
            written.write_text(text)
            files.append(source_file(extra, written))
        return ResolvedModel(
            name="tested",
            facts=facts,
            model_path=name,
            files=tuple(sorted(files, key=lambda file: file.path.encode())),
            score=score or Score(),
            use_case=None,
            inference=self.environment,
            training=self.environment,
            input_schema=self.schema(sample),
            output_schema=None,
            golden=None,
        )

    def write(self, model: ResolvedModel) -> Path:
        """Emit and write; the artifact's directory."""
        tree = emit(model)
        write_artifact(tree, self.root / "build" / "tested", artifact_record(model, tree))
        return self.root / "build" / "tested" / "artifact"

    def ask(self, model: ResolvedModel, payloads: Sequence[Json]) -> Replies:
        """The artifact's answers, from a clean process."""
        return run_artifact(self.write(model), payloads, timeout=300)

    def predictions(self, model: ResolvedModel, payloads: Sequence[Json]) -> list[Any]:
        """The predictions, when every payload is answered."""
        replies = self.ask(model, payloads)
        assert "error" not in replies.load, replies.load
        for reply in replies.answers:
            assert "answer" in reply, reply
        return [reply["answer"]["prediction"] for reply in replies.answers]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.fixture
def service_pack() -> CondaEnvironment:
    return SERVICE_PACK


@pytest.fixture
def plain_model(tmp_path: Path) -> ResolvedModel:
    """A model whose content does not matter: nobody loads it."""
    source = tmp_path / "model.joblib"
    source.write_bytes(b"not a real model")
    facts = ModelFacts("scikit-learn", "pickle", "1.9.1", "LogisticRegression", {"C": 1.0})
    return Bench(tmp_path).model(source, facts)


@pytest.fixture
def with_files(tmp_path: Path) -> Callable[[ResolvedModel, dict[str, bytes]], ResolvedModel]:
    """The same model with more files of the user's."""

    def add(model: ResolvedModel, contents: dict[str, bytes]) -> ResolvedModel:
        added = []
        for number, (path, content) in enumerate(contents.items()):
            source = tmp_path / f"extra-{number}"
            source.write_bytes(content)
            added.append(source_file(path, source))
        return replace(model, files=tuple(sorted([*model.files, *added], key=lambda file: file.path.encode())))

    return add


@pytest.fixture
def project(tmp_path, manifact, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Project(tmp_path, manifact)
