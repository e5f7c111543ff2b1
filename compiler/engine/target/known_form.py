"""The form in which a deployed score.py that was made elsewhere takes rows, where verification has found one."""

from __future__ import annotations

from typing import Any

from compiler.engine.session import Session
from compiler.planning import tags
from compiler.workspace.layout import ProjectLayout


def known_form(session: Session, deployment: str) -> str:
    """The form remembered of the artifact that a deployment serves; empty when nothing is known of it.

    The service is asked for the artifact only where a form of any is remembered. Raises `RequestError`.
    """
    from compiler.cloud.datascience.deployments import get_deployment
    from compiler.cloud.datascience.models import get_model
    from compiler.verify import knows_forms, remembered_form

    receipts = ProjectLayout(session.root).receipts
    if not knows_forms(receipts):
        return ""
    model = _model_of(get_deployment(session.connection, deployment).data)
    told = get_model(session.connection, model).data.get("freeformTags") if model else None
    digest = told.get(tags.ARTIFACT) if isinstance(told, dict) else None
    return remembered_form(receipts, digest) if isinstance(digest, str) else ""


def _model_of(record: dict[str, Any]) -> str:
    """OCID of the model that a deployment serves; empty where it serves none, or a group."""
    details = record.get("modelDeploymentConfigurationDetails") or {}
    return str((details.get("modelConfigurationDetails") or {}).get("modelId") or "")
