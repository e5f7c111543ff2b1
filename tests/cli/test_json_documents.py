"""Every command with --json prints one document, which its schema describes: when it works, and when it does not."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from compiler.cli import commands
from compiler.cli.documents import documents, schema_files
from compiler.cli.main import main
from compiler.cli.parser import Parser
from compiler.cloud.connect.connection import connect
from compiler.spec.project import Target
from testing.command import first_document, start
from testing.paths import ROOT

SCHEMAS = {name: json.loads(text) for name, text in schema_files().items()}
PACK = {"slug": "pack_v1", "pack_path": "oci://elsewhere@ns/pack_v1", "python": "3.11", "libraries": []}


@dataclass(frozen=True)
class Case:
    """One run: the words of the command line, its exit code, and whose document it prints."""

    words: str
    code: int = 0
    document: str = ""

    def __str__(self) -> str:
        return self.words

    @property
    def command(self) -> str:
        first, second = (*self.words.split(), "")[:2]
        return f"local-{second}" if first == "local" else first

    @property
    def schema(self) -> dict[str, Any]:
        name = self.document or (self.command if self.code in (0, 2) else "problems")
        return SCHEMAS[f"{name}.output.v1.schema.json"]


# In this order: what comes late destroys what others need.
CASES = [
    Case("init fresh/model.joblib"),
    Case("init model.joblib", 64),
    Case("doctor --target local"),
    Case("doctor --target nowhere", 3, "doctor"),
    Case("validate"),
    Case("validate wrong.yaml", 1, "validate"),
    Case("validate nowhere.yaml", 64),
    Case("compile"),
    Case("compile wrong.yaml", 1, "compile"),
    Case("compile --all --select team=nobody", 64),
    Case("inspect model.joblib"),
    Case("inspect model.yaml", 1),
    Case("introspect build/wine-cultivar/artifact"),
    Case("introspect samples", 1, "introspect"),
    Case("introspect nowhere", 1),
    Case("verify"),
    Case("verify wrong.yaml", 1),
    Case("plan"),
    Case("plan --exit-code other.yaml", 2),
    Case("plan wrong.yaml", 1),
    Case("apply"),
    Case("apply resized.yaml"),
    Case("apply --plan wrong.yaml", 64),
    Case("apply wrong.yaml", 1),
    Case("status"),
    Case("status wine-cultivar"),
    Case("status --target nowhere", 64),
    Case("status --reconciled", 64),
    Case("reconcile --plan"),
    Case("reconcile --once --wait"),
    Case("reconcile", 64),
    Case("list"),
    Case("list --target nowhere", 64),
    Case("show wine-cultivar"),
    Case("show nothing-of-this-name", 3),
    Case("predict wine-cultivar --data samples/input.csv --rows 2"),
    Case("predict wine-cultivar --data bad.json", 1),
    Case("predict nothing --data samples/input.csv", 3),
    Case("score wine-cultivar --input samples/input.csv --output scored"),
    Case("score wine-cultivar --input samples/input.csv --output samples", 6),
    Case("score nothing --input samples/input.csv --output other", 3),
    Case("logs wine-cultivar"),
    Case("logs nothing", 3),
    Case("pull wine-cultivar pulled"),
    Case("pull wine-cultivar samples", 6),
    Case("export wine-cultivar {bucket}wine.zip"),
    Case("export nothing {bucket}wine.zip", 3),
    Case("import made-by-hand taken-over"),
    Case("import nothing", 3),
    Case("drift"),
    Case("drift wrong.yaml", 1),
    Case("fetch"),
    Case("fetch nowhere.yaml", 64),
    Case("lock pack_v1"),
    Case("lock --list"),
    Case("lock pack_v2", 64),
    Case("explain"),
    Case("explain MF102"),
    Case("explain MF999", 64),
    Case("local status"),
    Case("local status --root nowhere", 64),
    Case("destroy wine-cultivar", 6),
    Case("destroy wine-cultivar --yes"),
    Case("destroy wine-cultivar --yes"),
    Case("local stop"),
    Case("local stop --root nowhere", 64),
    Case("local reset", 6),
    Case("local reset --yes"),
]
UNTIL_STOPPED = [Case("serve build/wine-cultivar/artifact --port 0"), Case("local serve --port 0")]
REFUSED = [Case("serve samples", 64), Case("local serve --fault nonsense", 64)]


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    """A project with the wine model, applied, and beside it a wrong manifest; a bucket with an index of conda packs."""
    root = tmp_path_factory.mktemp("scene") / "wine"
    shutil.copytree(ROOT / "manifests" / "sklearn-wine", root)
    (root / ".git").mkdir()
    (root / "fresh").mkdir()
    shutil.copy(root / "model.joblib", root / "fresh")
    text = (root / "model.yaml").read_text()
    (root / "wrong.yaml").write_text(text.replace("useCase: multi", "useCase: mul"))
    (root / "other.yaml").write_text(text.replace("name: wine-cultivar", "name: other"))
    (root / "resized.yaml").write_text(text.replace("memoryInGBs: 16", "memoryInGBs: 32"))
    (root / "bad.json").write_text('[{"alcool": 1}]')
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        namespace = prepared(root)
        patch.setenv("CONDA_BUCKET_NS", namespace)
        patch.setenv("CONDA_BUCKET_NAME", "packs")
        assert main(["apply"]) == 0
        make_by_hand(root)
        yield root
        main(["local", "reset", "--yes"])


def prepared(root: Path) -> str:
    (root / ".manifact").mkdir()
    with connect("local", Target(), root=root, project="default") as connection:
        storage, place = connection.object_storage, connection.place
        namespace: str = storage.get_namespace().data.strip('"')
        storage.create_bucket(namespace, {"name": "packs", "compartmentId": place.compartment_id})
        index = json.dumps({"service_packs": [PACK]}).encode()
        storage.put_object(namespace, "packs", "service_pack/index.json", index)
    return namespace


def make_by_hand(root: Path) -> None:
    """A model that manifact did not make, with the artifact of one that it did."""
    archive = shutil.make_archive(str(root / "by-hand"), "zip", root / "build" / "wine-cultivar" / "artifact")
    with connect("local", Target(), root=root, project="default") as connection:
        service, place = connection.data_science, connection.place
        details = {"compartmentId": place.compartment_id, "projectId": place.project_id, "displayName": "made-by-hand"}
        model = service.create_model(details).data
        content = Path(archive).read_bytes()
        service.create_model_artifact(model["id"], content, content_disposition='attachment; filename="artifact.zip"')


def strict(schema: Any) -> Any:
    """The schema without leave for fields that it does not name: readers pass over them, but we do not add them."""
    if isinstance(schema, list):
        return [strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: strict(value) for key, value in schema.items()}
    return {**inner, "additionalProperties": False} if isinstance(schema.get("properties"), dict) else inner


def check(text: str, case: Case) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(text)  # one document, and nothing else
    errors = [
        f"{error.json_path}: {error.message}"
        for error in Draft202012Validator(strict(case.schema)).iter_errors(document)
    ]
    assert errors == []
    assert next(iter(document)) == "formatVersion"
    return document


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES + REFUSED, ids=str)
def test_a_command_prints_its_document(case, scene, manifact):
    words = case.words.format(bucket=f"oci://packs@{os.environ['CONDA_BUCKET_NS']}/").split()
    result = manifact(*words, "--json")
    assert result.code == case.code, result.out + result.err
    document = check(result.out, case)
    if case.code not in (0, 2) and "diagnostics" in document:
        assert any(problem["severity"] == "error" for problem in document["diagnostics"])


@pytest.mark.slow
@pytest.mark.parametrize("case", UNTIL_STOPPED, ids=str)
def test_what_serves_prints_its_document_once_it_serves(case, scene):
    with start(*case.words.split(), "--json", stdout=subprocess.PIPE, text=True) as process:
        document = first_document(process)
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate()
    check(json.dumps(document) + rest, case)


def test_the_table_names_every_command_with_json():
    parser = Parser()
    sub = parser.add_subparsers(parser_class=Parser)
    for name, command in commands.load_all().items():
        command.configure(sub.add_parser(name))
    with_json = {name for name, child in _leaves(parser.verbs()) if "--json" in child.options()}
    assert with_json == set(documents()) - {"problems"}
    every = CASES + REFUSED + UNTIL_STOPPED
    assert {case.command for case in every if case.code == 0} == with_json
    without_failure = {"explain": "", "status": ""}
    assert {case.command for case in every if case.code not in (0, 2)} | without_failure.keys() == with_json


def _leaves(parsers):
    for name, parser in parsers.items():
        verbs = parser.verbs()
        yield from ((f"{name}-{verb}", child) for verb, child in verbs.items()) if verbs else [(name, parser)]


@pytest.mark.parametrize("words", ["plan --jsonn", "plan --nonsense --json", "frobnicate --json", "schema --json"])
def test_wrong_usage_is_a_document_too(words, manifact):
    result = manifact(*words.split())
    assert result.code == 64
    if "--json" in words.split():
        check(result.out, Case(words, 64))


def test_a_bug_and_an_interruption_are_documents_too(manifact, monkeypatch):
    for error, code, name in ((ZeroDivisionError("x"), 70, "MF918"), (KeyboardInterrupt(), 130, "MF917")):
        monkeypatch.setattr(commands.load("explain"), "run", _raising(error))
        result = manifact("explain", "--json")
        assert result.code == code
        (problem,) = check(result.out, Case("explain", code))["diagnostics"]
        assert problem["code"] == name


def _raising(error):
    def run(*_):
        raise error

    return run


@pytest.mark.slow
@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ("artifact", "build/wine-cultivar/artifact.json"),
        ("build-plan", "build/wine-cultivar/plan.json"),
        ("plan-file", "p.json"),
    ],
)
def test_what_is_written_fits_its_schema(schema, path, wine, manifact):
    assert manifact("plan", "-o", "p.json").code == 0
    document = json.loads((wine / path).read_text(encoding="utf-8"))
    errors = Draft202012Validator(strict(SCHEMAS[f"{schema}.v1.schema.json"])).iter_errors(document)
    assert [error.message for error in errors] == []
