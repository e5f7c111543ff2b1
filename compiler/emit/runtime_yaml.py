"""runtime.yaml, as ADS 2.16.1 writes it: the same keys in the same order, with nothing of this machine in it.

The difference: ARTIFACT_DIRECTORY is `.` instead of an absolute path, so that the same inputs give the same bytes
anywhere. Without a conda environment its values are empty, as ADS leaves them with `ignore_conda_error`: such an
artifact is for the local target and for containers.
"""

from __future__ import annotations

import re

from compiler.ir import CondaEnvironment

MODEL_ARTIFACT_VERSION = "3.0"

# Words that YAML 1.1 readers (PyYAML, in ADS) take for something else than text.
_WORDS = frozenset({"y", "n", "yes", "no", "true", "false", "on", "off", "null"})
_PLAIN = re.compile(r"[A-Za-z](?:[A-Za-z0-9_./@-]|:(?=[^ ]))*\Z")


def runtime_yaml(inference: CondaEnvironment | None, training: CondaEnvironment | None) -> bytes:
    """The file for these environments; an absent one gives empty values."""
    inference_path, inference_slug, inference_kind, inference_python = _values(inference)
    training_path, training_slug, training_kind, training_python = _values(training)
    return f"""
MODEL_ARTIFACT_VERSION: '{MODEL_ARTIFACT_VERSION}'
MODEL_DEPLOYMENT:
  INFERENCE_CONDA_ENV:
    INFERENCE_ENV_PATH: {inference_path}
    INFERENCE_ENV_SLUG: {inference_slug}
    INFERENCE_ENV_TYPE: {inference_kind}
    INFERENCE_PYTHON_VERSION: {inference_python}
MODEL_PROVENANCE:
  PROJECT_OCID: ''
  TENANCY_OCID: ''
  TRAINING_CODE:
    ARTIFACT_DIRECTORY: .
  TRAINING_COMPARTMENT_OCID: ''
  TRAINING_CONDA_ENV:
    TRAINING_ENV_PATH: {training_path}
    TRAINING_ENV_SLUG: {training_slug}
    TRAINING_ENV_TYPE: {training_kind}
    TRAINING_PYTHON_VERSION: {training_python}
  TRAINING_REGION: ''
  TRAINING_RESOURCE_OCID: ''
  USER_OCID: ''
  VM_IMAGE_INTERNAL_ID: ''
""".encode()


def _values(environment: CondaEnvironment | None) -> tuple[str, str, str, str]:
    if environment is None:
        return ("''", "''", "''", "''")
    e = environment
    return (_scalar(e.path), _scalar(e.slug), _scalar(e.kind), _scalar(e.python))


def _scalar(text: str) -> str:
    """A YAML scalar that every reader takes for this text; plain where PyYAML would write it plain."""
    if _PLAIN.match(text) and text.lower() not in _WORDS:
        return text
    if text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(c if c.isprintable() and c not in '"\\' else f"\\U{ord(c):08x}" for c in text) + '"'
