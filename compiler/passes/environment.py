"""The conda environments of runtime.yaml."""

from __future__ import annotations

from dataclasses import replace

from compiler.diagnostics import Pointer, Report
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
    inference = _resolve(spec.inference, report, (*at, "inference"))
    training = _resolve(spec.training, report, (*at, "training")) if spec.training else inference
    return replace(draft, inference=inference, training=training)


def _resolve(pack: str | CondaPack, report: Report, at: Pointer) -> CondaEnvironment | None:
    if isinstance(pack, str):
        hint = 'name the pack by its path and Python version: {path: oci://…, python: "3.11"}'
        report.error("MF109", f"the slug '{pack}' cannot be resolved: manifact.lock does not exist yet", at, hint=hint)
        return None
    bucket, _, name = pack.path.removeprefix("oci://").partition("/")
    service = bucket.partition("@")[0] == _SERVICE_BUCKET and name.startswith(_SERVICE_PREFIX)
    slug = pack.slug or (name.rstrip("/").rpartition("/")[2] if service else "")
    return CondaEnvironment(pack.path, slug, "data_science" if service else "published", pack.python)
