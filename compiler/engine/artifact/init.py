"""Init: a manifest to start from, for a model file that is already there."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from compiler.diagnostics import CompilerError, Diagnostic, did_you_mean, failure
from compiler.engine.checkout import Checkout
from compiler.engine.result import Result
from compiler.render.lines import Line
from compiler.workspace.names import slug
from compiler.workspace.root import MANIFEST_FILE, as_typed, shown, typed

_SCHEMAS = "schemas"
"""Folder at the project root, to be committed."""

if TYPE_CHECKING:
    from compiler.engine.artifact.proposal import Proposal
    from compiler.ir import ModelFacts
    from compiler.render.documents.artifacts import InitDocument


@dataclass(frozen=True, slots=True)
class InitRequest:
    """What to write a manifest for."""

    model: Path
    """A model file or directory; the manifest is written beside it."""
    name: str | None = None
    """None: made from the folder's name."""
    input: Path | None = None
    """A sample of what callers send."""
    output: Path | None = None
    """A sample of what the model answers."""
    labels: Path | None = None
    """The truth for `input`, where there is no `output`."""
    include: tuple[Path, ...] = ()
    """More files for the artifact; modules of one's own that lie beside the model are found."""
    environment: str | None = None
    """Slug of a service pack, or the path of a conda pack; None: what manifact.lock leaves no choice about."""
    use_case: str | None = None
    """None: as the model says, where it does."""
    from_ads: bool = False
    """`model` is a folder that Oracle ADS prepared: it is taken as it is."""
    score: Path | None = None
    """A score.py of one's own, which loads the model and answers: the file may hold anything then."""
    force: bool = False
    """Write over a manifest that is there."""
    dtypes: Mapping[str, str] = field(default_factory=dict)
    """Columns of the input -> dtype, where it is known better than the sample tells."""
    allow: tuple[str, ...] = ()
    """Code in the model file that its maker has allowed."""
    training_id: str | None = None
    """OCID of the notebook session or job run that trained it."""


@dataclass(frozen=True, slots=True)
class InitResult(Result):
    """The manifest that was written, and what compile would say of it."""

    manifest: Path
    name: str
    facts: ModelFacts
    proposal: Proposal
    diagnostics: Sequence[Diagnostic] = ()
    schema: bool = False
    """Whether the schema for editors was written too."""

    def lines(self, width: int | None = None) -> list[Line]:  # noqa: ARG002 - never long
        """What the model is, what was added for it, where the manifest is, and the command that comes next."""
        from compiler.render.words import headline

        added = [Line(f"  {text}") for text in self._added()]
        schema = [Line(f"  wrote {_SCHEMAS}/ for editors; commit it with the manifest")] if self.schema else []
        return [
            Line(f"  {headline(self.facts)}"),
            *added,
            *schema,
            Line(f"  wrote {shown(self.manifest)}; {self._next()}"),
        ]

    def to_json(self) -> InitDocument:
        """What `init --json` prints."""
        from compiler.render.diagnostics import as_json

        return {
            "formatVersion": 1,
            "manifest": shown(self.manifest),
            "name": self.name,
            "diagnostics": [as_json(problem) for problem in self.diagnostics],
        }

    def _added(self) -> list[str]:
        """What of the manifest was found and not asked for, to be looked at."""
        said = self.proposal
        dtypes = [f"{name} is {dtype}" for name, dtype in said.dtypes.items()]
        parts = {"own code": (*said.include, *said.allow), "network": said.architecture or (), "columns": dtypes}
        return [f"{label}: {', '.join(entries)}" for label, entries in parts.items() if entries]

    def _next(self) -> str:
        typed = as_typed(self.manifest)
        return f"mend it, then: manifact validate {typed}" if self.exit_code else f"next: manifact compile {typed}"


def init_manifest(checkout: Checkout, request: InitRequest) -> InitResult:
    """Write `model.yaml` beside the model, and check it as compile does; an existing one is kept without `force`.

    What compile would refuse is in the result. Raises `CompilerError` MF916 for arguments that do not fit, MF902 when
    there is a manifest, and what `inspect` and the reading of a sample raise.
    """
    _check_arguments(request)
    model = checkout.path(request.model)
    manifest = model.resolve().parent / MANIFEST_FILE
    if manifest.exists() and not request.force:
        raise failure("MF902", f"{shown(manifest)} exists already", hint="--force writes it anew")
    made = _ads_proposal if request.from_ads else _proposal
    proposal, facts = made(checkout, request, manifest.parent)
    manifest.write_text(proposal.text(), encoding="utf-8")
    schema = _write_schema(checkout.root_of(manifest.parent))
    return InitResult(manifest, proposal.name, facts, proposal, _problems(checkout, manifest), schema)


def _problems(checkout: Checkout, manifest: Path) -> Sequence[Diagnostic]:
    """What compile would say."""
    from compiler.compilation.compile import validate_manifest

    try:
        return validate_manifest(manifest, root=checkout.root_of(manifest.parent))
    except CompilerError as error:
        return error.diagnostics


def _check_arguments(request: InitRequest) -> None:
    from compiler.spec.source import UseCase

    if request.name not in (None, slug(request.name or "")):
        hint = f"lower-case letters, digits and dashes: {slug(request.name or '')}"
        raise failure("MF916", f"'{request.name}' is no name for a model", hint=hint)
    for option, given in (("--output", request.output), ("--labels", request.labels)):
        if given and not request.input:
            raise failure("MF916", f"{option} needs --input: it belongs to what was sent", hint="add --input FILE")
    inside = {"--labels": request.labels, "--include": request.include, "--env": request.environment}
    for option in [name for name, given in {**inside, "--score": request.score}.items() if given and request.from_ads]:
        hint = f"leave {option} out: what ADS prepared is kept byte for byte"
        raise failure("MF916", f"{option} does not go with --from-ads", hint=hint)
    known = get_args(UseCase)
    if request.use_case is not None and request.use_case not in known:
        hint = did_you_mean(request.use_case, known) or f"one of {', '.join(known)}"
        raise failure("MF916", f"--use-case cannot be '{request.use_case}'", hint=hint)


def _proposal(checkout: Checkout, request: InitRequest, folder: Path) -> tuple[Proposal, ModelFacts]:
    from compiler.engine.artifact.own_modules import own_code, own_modules, own_network
    from compiler.engine.artifact.proposal import Proposal, proposed_environment
    from compiler.frameworks.formats import WEIGHTS
    from compiler.lock import read_lock
    from compiler.passes.model import use_case_of
    from compiler.schema import MODEL

    root = checkout.root_of(folder)
    facts = _facts(checkout, request)
    allow = tuple(sorted({*own_code(facts, folder), *request.allow}))
    facts = _facts(checkout, request, frozenset(allow)) if allow else facts
    included = {*own_modules(allow, folder), *(checkout.path(path).resolve() for path in request.include)}
    given = {"input": request.input, "output": request.output, "labels": request.labels}
    samples = {key: checkout.path(path) for key, path in given.items() if path}
    lock = read_lock(root)
    proposal = Proposal(
        name=request.name or slug(folder.name),
        model=request.model.name,
        score=_relative(folder, checkout.path(request.score)) if request.score else None,
        schema=_relative(folder, root / _SCHEMAS / MODEL),
        architecture=own_network(folder) if facts.format in WEIGHTS else None,
        allow=allow,
        include=tuple(sorted(_relative(folder, path) for path in included)),
        samples={key: _relative(folder, path) for key, path in samples.items()},
        dtypes={**_dtypes(samples.get("input"), facts), **request.dtypes},
        training_id=request.training_id,
        use_case=request.use_case or use_case_of(facts),
        environment=request.environment or proposed_environment(lock, checkout.environ.get("CONDA_PREFIX", "")),
        python=".".join(platform.python_version_tuple()[:2]),
    )
    return proposal, facts


def _ads_proposal(checkout: Checkout, request: InitRequest, folder: Path) -> tuple[Proposal, ModelFacts]:
    from compiler.engine.artifact.from_ads import ads_facts, ads_training_id
    from compiler.engine.artifact.proposal import Proposal
    from compiler.passes.model import use_case_of
    from compiler.schema import MODEL

    artifact = checkout.path(request.model).resolve()
    facts = ads_facts(artifact)
    samples = {"input": request.input, "output": request.output}
    proposal = Proposal(
        name=request.name or slug(artifact.name),
        model=artifact.name,
        artifact=True,
        schema=_relative(folder, checkout.root_of(folder) / _SCHEMAS / MODEL),
        samples={key: _relative(folder, checkout.path(path)) for key, path in samples.items() if path},
        training_id=ads_training_id(artifact),
        use_case=request.use_case or use_case_of(facts),
    )
    return proposal, facts


def _facts(checkout: Checkout, request: InitRequest, allow: frozenset[str] = frozenset()) -> ModelFacts:
    """What the model file says. Raises `CompilerError` for one that nothing but a score.py of one's own can serve."""
    from compiler.frameworks import inspect_model

    model = checkout.path(request.model)
    if request.score is not None:
        return inspect_model(model, allow=allow, framework="other")
    own = f"write a score.py for it, then `manifact init {typed(model)} --score score.py`"
    try:
        facts = inspect_model(model, allow=allow)
    except CompilerError as error:
        raise CompilerError(*(_also(problem, own) for problem in error.diagnostics)) from None
    if facts.unserved is not None:
        text = f"{request.model} holds {facts.unserved.what}, which cannot be served"
        raise failure("MF209", text, hint=f"{facts.unserved.instead}: {own}")
    return facts


def _also(problem: Diagnostic, own: str) -> Diagnostic:
    """A file of no format that is known may be served by a score.py: the hint says so."""
    return replace(problem, hint=f"{problem.hint}: {own}") if problem.code == "MF202" else problem


def _dtypes(sample: Path | None, facts: ModelFacts) -> dict[str, str]:
    from compiler.engine.artifact.proposal import proposed_dtypes
    from compiler.frameworks import columns_of
    from compiler.readers.samples import read_table

    if sample is None or facts.framework is None:
        return {}
    return proposed_dtypes(read_table(sample), numbers_only=columns_of(facts.framework).numbers_only)


def _write_schema(root: Path) -> bool:
    """Put the JSON Schema of manifests where editors find it in every clone; whether it was not there before."""
    from compiler.schema import MODEL, shipped

    place = root / _SCHEMAS / MODEL
    if place.exists():
        return False
    place.parent.mkdir(exist_ok=True)
    place.write_text(json.dumps(shipped(MODEL), indent=2) + "\n", encoding="utf-8")
    return True


def _relative(folder: Path, path: Path) -> str:
    return Path(os.path.relpath(path.resolve(), folder)).as_posix()
