"""The conda environments of runtime.yaml."""

from __future__ import annotations

from dataclasses import replace

from compiler.diagnostics import Pointer, Report, did_you_mean
from compiler.ir import CondaEnvironment
from compiler.passes.draft import Draft, Inputs
from compiler.spec.source import CondaPack

# ADS 2.16.1 source: a path is a service pack when it lies in this bucket under this prefix.
_SERVICE_BUCKET = "service-conda-packs"
_SERVICE_PREFIX = "service_pack/"


def resolve_environment(draft: Draft, inputs: Inputs, report: Report) -> Draft:
    """Settle where the model runs and where it was trained; training is inference when the manifest is silent."""
    spec = inputs.manifest.spec.environment
    if spec is None:
        return draft
    at = ("spec", "environment")
    inference = _resolve(spec.inference, inputs, report, (*at, "inference"))
    training = _resolve(spec.training, inputs, report, (*at, "training")) if spec.training else inference
    return replace(draft, inference=inference, training=training)


def _resolve(pack: str | CondaPack, inputs: Inputs, report: Report, at: Pointer) -> CondaEnvironment | None:
    return _locked(pack, inputs, report, at) if isinstance(pack, str) else _named(pack, inputs)


def _locked(slug: str, inputs: Inputs, report: Report, at: Pointer) -> CondaEnvironment | None:
    if slug not in inputs.packs:
        hint = did_you_mean(slug, inputs.packs) or f"`manifact lock {slug}` looks it up"
        report.error("MF402", f"the slug '{slug}' is not in manifact.lock", at, hint=hint)
        return None
    found = inputs.packs[slug]
    return CondaEnvironment(found.path, slug, "data_science", found.python, locked=True)


def _named(pack: CondaPack, inputs: Inputs) -> CondaEnvironment:
    bucket, _, name = pack.path.removeprefix("oci://").partition("/")
    service = bucket.partition("@")[0] == _SERVICE_BUCKET and name.startswith(_SERVICE_PREFIX)
    slug = pack.slug or (name.rstrip("/").rpartition("/")[2] if service else "")
    locked = any(known.path == pack.path for known in inputs.packs.values())
    return CondaEnvironment(pack.path, slug, "data_science" if service else "published", pack.python, locked)
