"""Limits of the catalog, checked at compile with the manifest's line."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from compiler.diagnostics import Pointer, Report
from compiler.passes.fields import texts
from compiler.planning import references, tags
from compiler.planning.limits.deployment import check_deployment
from compiler.spec.base import DefinedTags, Tags
from compiler.spec.catalog import Catalog
from compiler.spec.deployment import Deployment

CATALOG: Pointer = ("spec", "catalog")
DEPLOYMENT: Pointer = ("spec", "deployment")
DEFINED_TAGS = 64
"""Defined tags a resource (OCI docs, tagging limits)."""
TAGS_BYTES = 5_120
"""All tags of a resource together, as JSON (OCI docs, tagging limits)."""
OUR_TAGS_BYTES = 700
"""Of these, manifact's own six at their longest: names of 63 characters, three digests."""
DESCRIPTION = 400
"""Characters that the console takes; no document of the API gives a limit."""


def check_limits(catalog: Catalog, deployment: Deployment | None, report: Report) -> None:
    """Add a problem for everything the service would refuse, as far as the manifest alone tells."""
    _check_description(catalog.description, CATALOG, report)
    _check_tags(catalog.freeform_tags, catalog.defined_tags, CATALOG, report)
    _check_custom(catalog, report)
    if catalog.by_reference and catalog.staging and catalog.staging.always:
        text = "'always' sends the zip by way of the bucket, 'byReference' leaves the files there: one of the two"
        report.error("MF107", text, (*CATALOG, "staging", "always"))
    if catalog.retention and catalog.retention.delete_after_days is not None:
        archive, delete = catalog.retention.archive_after_days, catalog.retention.delete_after_days
        if delete < archive:
            at = (*CATALOG, "retention", "deleteAfterDays")
            report.error("MF708", f"the model would be deleted after {delete} days, archived after {archive}", at)
    if deployment is not None:
        _check_description(deployment.description, DEPLOYMENT, report)
        _check_tags(deployment.freeform_tags, deployment.defined_tags, DEPLOYMENT, report)
        check_deployment(deployment, DEPLOYMENT, report)


def check_references(data: Any, report: Report) -> None:
    """Refuse texts that a plan would take for a reference to what an earlier step makes."""
    for at, text in texts(data, ()):
        if text in references.ALL:
            report.error("MF115", f"'{text}' is how plans refer to what they make: write something else", at)


def _check_description(text: str | None, at: Pointer, report: Report) -> None:
    if text is not None and len(text) > DESCRIPTION:
        message = f"{len(text)} characters of description: the console takes {DESCRIPTION}, the service may refuse it"
        report.warning("MF709" if at == DEPLOYMENT else "MF708", message, (*at, "description"))


def _check_tags(freeform: Tags, defined: DefinedTags, at: Pointer, report: Report) -> None:
    pointer = (*at, "freeformTags")
    if len(freeform) > tags.USER_TAGS:
        text = f"{len(freeform)} free-form tags, at most {tags.USER_TAGS} are left beside manifact's own"
        report.error("MF702", text, pointer, hint="defined tags have room for 64 more")
    for key in freeform:
        if key.startswith(tags.PREFIX):
            report.error("MF702", f"tags beginning with '{tags.PREFIX}' are manifact's own", (*pointer, key))
    count = sum(len(values) for values in defined.values())
    if count > DEFINED_TAGS:
        report.error("MF702", f"{count} defined tags, at most {DEFINED_TAGS} a resource", (*at, "definedTags"))
    size = len(json.dumps([freeform, defined]).encode())
    if size > TAGS_BYTES - OUR_TAGS_BYTES:
        left = TAGS_BYTES - OUR_TAGS_BYTES
        report.error("MF702", f"{size} bytes of tags, {left} of {TAGS_BYTES} are left beside manifact's own", pointer)


def _check_custom(catalog: Catalog, report: Report) -> None:
    pointer = (*CATALOG, "custom")
    keys = Counter(item.key.lower() for item in catalog.custom)
    for index, item in enumerate(catalog.custom):
        at = (*pointer, index)
        if (item.value is None) == (item.artifact is None):
            report.error("MF708", f"entry '{item.key}' needs either a value or an artifact", at)
        if keys[item.key.lower()] > 1:
            report.error("MF708", f"two entries have the key '{item.key}' (ADS ignores case)", (*at, "key"))
        if item.key.startswith("Manifact"):
            report.error("MF708", f"'{item.key}': keys beginning with 'Manifact' are manifact's own", (*at, "key"))
