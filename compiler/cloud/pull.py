"""Bring an artifact from the catalog back to a directory, checked."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

from compiler.cloud.connect.connection import Connection
from compiler.cloud.connect.responses import Response, send
from compiler.cloud.connect.watch import WaitOptions
from compiler.cloud.datascience import models
from compiler.cloud.datascience.deployments import get_deployment
from compiler.cloud.objectstorage.by_reference import fetch_files, location_of
from compiler.cloud.objectstorage.downloads import RESUMES, until_interrupted
from compiler.diagnostics import CompilerError, failure
from compiler.emit import digest
from compiler.emit.manifest_file import MANIFEST_NAME
from compiler.ir import SourceFile
from compiler.planning import tags
from compiler.readers.artifact_zip import unpack_artifact

CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Pulled:
    """An artifact that was brought back."""

    model: str
    """OCID."""
    folder: Path
    files: int
    size: int
    """Bytes of the files as they were written."""
    digest: str
    """`sha256:…` over its files, as compile works it out."""
    checked: bool
    """Whether the model's tag, or the artifact's own list of files, agrees; False: there is neither."""


def pull(connection: Connection, identifier: str, folder: Path, watch: WaitOptions | None = None) -> Pulled:
    """Download the artifact of a model, or of the model that a deployment serves, into the new directory `folder`.

    Raises `CompilerError` MF751 when `folder` holds something, MF750 for an archive that cannot be used or is not what
    it should be, and `RequestError`.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise failure("MF751", f"{folder.name} is there already and not empty", hint="name a new folder")
    model = served_model_id(connection, identifier)
    record = models.get_model(connection, model).data
    by_reference = bool(record.get("isModelByReference"))
    head = None if by_reference else models.head_artifact(connection, model)
    if head is None and not by_reference:
        raise failure("MF750", f"model {model} has no artifact")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".pull-") as work:
        archive, content = Path(work) / "artifact.zip", Path(work) / "content"
        if head is None:
            files = fetch_files(connection, location_of(record), content, watch or WaitOptions())
        else:
            _download(connection, model, archive, head.size, watch or WaitOptions())
            # Another tool's archive is a stranger's: only what manifact packed may unpack to any size.
            bounded = tags.ARTIFACT not in (record.get("freeformTags") or {})
            files = unpack(archive, content, bounded=bounded)
        actual = "sha256:" + digest(files)
        checked = _check(record.get("freeformTags") or {}, files, actual)
        if folder.exists():
            folder.rmdir()
        content.rename(folder)
    return Pulled(model, folder, len(files), sum(file.size for file in files.values()), actual, checked)


def served_model_id(connection: Connection, identifier: str) -> str:
    """OCID of the model that `identifier` is, or that the deployment serves. Raises MF764 for a group of models."""
    if ".datasciencemodeldeployment." not in identifier:
        return identifier
    details = get_deployment(connection, identifier).data["modelDeploymentConfigurationDetails"]
    if "modelConfigurationDetails" not in details:
        raise failure("MF764", f"the deployment is {details.get('deploymentType')}: it serves no single model")
    return str(details["modelConfigurationDetails"]["modelId"])


def unpack(archive: Path, folder: Path, *, bounded: bool = True) -> dict[str, SourceFile]:
    """Unpack a zip into the new directory `folder`; nothing lands anywhere else. Raises `CompilerError` MF750.

    `bounded`: within the limits that `spec.artifact` has, which are relative to the size of the zip.
    """
    folder.mkdir()
    try:
        return {file.path: file for file in unpack_artifact(archive, folder, saved=True, bounded=bounded)}
    except CompilerError as error:
        raise failure("MF750", f"the artifact cannot be unpacked: {error.diagnostics[0].message}") from None


def _download(connection: Connection, model: str, path: Path, size: int, watch: WaitOptions) -> None:
    """Bring the zip to `path`, taken up again where a connection ended."""
    done, failures = 0, 0
    with path.open("wb") as file:
        while done < size and failures <= RESUMES:
            failures += 1
            for chunk in until_interrupted(_content(connection, model, done)):
                watch.check()
                file.write(chunk)
                failures, done = 0, done + len(chunk)
                watch.report("downloading", done, size)
    if done != size:
        raise failure("MF750", f"the download ended after {done} of {size} bytes", hint="pull again")


def _content(connection: Connection, model: str, start: int) -> Response:
    client, doing = connection.data_science, f"download the artifact of {model}"
    more = {"range": f"bytes={start}-"} if start else {}
    return send(doing, lambda: client.get_model_artifact_content(model, **more))


def _check(live: dict[str, str], files: dict[str, SourceFile], actual: str) -> bool:
    tagged = live.get(tags.ARTIFACT)
    if tagged and tagged != actual:
        raise failure("MF750", f"the artifact is {actual}, the model is tagged with {tagged}")
    listed = _listed(files)
    if listed is None:
        return bool(tagged)
    wrong = sorted(path for path, known in listed.items() if path not in files or files[path].sha256 != known)
    if wrong:
        raise failure("MF750", f"{wrong[0]} is not what {MANIFEST_NAME} says ({len(wrong)} such files)")
    return True


def _listed(files: dict[str, SourceFile]) -> dict[str, str] | None:
    """sha256 by path from the artifact's own list (ours and ADS's have the same form), where there is one."""
    manifest = files.get(MANIFEST_NAME)
    if manifest is None:
        return None
    try:
        document = json.loads(manifest.source.read_bytes())
        return {str(path): str(entry["sha256"]) for path, entry in document["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise failure("MF750", f"{MANIFEST_NAME} cannot be read") from None
