"""The Python API: a folder of manifests, with the commands as methods that return values and print nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compiler.diagnostics import CompilerError, failure
from compiler.engine.checkout import Checkout
from compiler.engine.consent import Consent, Question
from compiler.engine.selection import SelectRequest
from compiler.engine.session import TargetRequest
from compiler.events import Listener, ignore

if TYPE_CHECKING:
    from compiler.engine.artifact.compile import CompileResult, ValidateResult
    from compiler.engine.artifact.verify import VerifyResult, When
    from compiler.engine.change.apply import ApplyResult
    from compiler.engine.target.drift import DriftResult
    from compiler.engine.target.model_status import ModelStatusResult
    from compiler.engine.target.plan import PlanResult
    from compiler.engine.target.pull import PullResult
    from compiler.engine.target.scoring.score import ScoreResult
    from compiler.engine.target.status import StatusResult


class ApplyError(CompilerError):
    """An apply or destroy that did not end well; `result` says what is done and what is not."""

    def __init__(self, result: ApplyResult) -> None:
        super().__init__(*result.diagnostics)
        self.result = result


class Project:
    """A folder with a `manifact.yaml` and its manifests, or with one `model.yaml` alone.

    Methods raise `CompilerError` where the command line ends with an error. Their results print as the command line
    shows them, and have `to_json()` and `to_markdown()`.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] = ".",
        *,
        root: str | os.PathLike[str] | None = None,
        target: str | None = None,
        auth: str | None = None,
        environ: Mapping[str, str] | None = None,
        listener: Listener = ignore,
    ) -> None:
        """Open the folder `path`; nothing is read before it is needed.

        `root` fixes the project root, `target` and `auth` are those of the command line, `environ` stands in for the
        environment variables of this process, and `listener` hears the progress of every call.
        """
        fixed = Path(root).resolve() if root is not None else None
        self._checkout = Checkout(Path(path).resolve(), fixed, os.environ if environ is None else environ)
        self._target = TargetRequest(target, auth)
        self._listener = listener

    def compile(self, *paths: str | os.PathLike[str], select: Sequence[str] = ()) -> CompileResult:
        """Compile the manifests of the folder, or those of `paths`; `select` are labels, `key=value`.

        Raises `CompilerError` with the problems of all manifests that are wrong, once the others are compiled.
        """
        from compiler.engine.artifact.compile import compile_manifests

        result = compile_manifests(self._checkout, _selection(paths, select), self._listener)
        if result.exit_code:
            raise CompilerError(*result.diagnostics)
        return result

    def validate(self, *paths: str | os.PathLike[str], select: Sequence[str] = ()) -> ValidateResult:
        """Check everything that compile checks and write nothing; the problems are in the result."""
        from compiler.engine.artifact.compile import validate_manifests

        return validate_manifests(self._checkout, _selection(paths, select), self._listener)

    def verify(self, path: str | os.PathLike[str] = ".", *, timeout: float = 300.0) -> VerifyResult:
        """Run one model in a separate process and compare its answers with the samples.

        Raises `CompilerError` when it cannot be run here, or answers wrongly.
        """
        from compiler.engine.artifact.verify import VerifyRequest, verify_manifest

        return verify_manifest(self._checkout, VerifyRequest(Path(path), timeout), self._listener)

    def plan(
        self,
        *paths: str | os.PathLike[str],
        select: Sequence[str] = (),
        target: str | None = None,
        prune: bool = False,
        retry: bool = False,
        deep: bool = False,
    ) -> PlanResult:
        """What an apply would change, and why. Raises `CompilerError` for wrong manifests and unreadable targets."""
        from compiler.engine.target.plan import PlanRequest, plan_manifests
        from compiler.planning.plan.planner import Options

        options = Options(prune=prune, retry=retry, deep=deep)
        request = PlanRequest(_selection(paths, select), self._named(target), options)
        return plan_manifests(self._checkout, request, self._listener)

    def apply(
        self,
        plan: PlanResult | None = None,
        *,
        target: str | None = None,
        verify: When = "auto",
        timeout: float = 3600.0,
        wait: bool = True,
        ask: Consent | None = None,
    ) -> ApplyResult:
        """Carry out a plan, when that is still what is to be done; without one, plan the folder anew.

        The call is consent. `ask` is asked before changes that destroy or replace, where it is given; a target with
        `confirm: all` requires it. Raises `CompilerError` before anything is sent (MF740 for a stale plan, MF903
        without consent), and `ApplyError` when a change failed.
        """
        from compiler.engine.change.apply import ApplyRequest, apply_manifests, apply_saved

        request = ApplyRequest(target=self._named(target), verify=verify, timeout=timeout, wait=wait)
        consent = ask or _call_is_consent
        if plan is None:
            return _complete(apply_manifests(self._checkout, request, consent, self._listener))
        return _complete(apply_saved(self._checkout, plan.to_saved(), request, consent, self._listener))

    def status(self, name: str | None = None, *, target: str | None = None) -> StatusResult | ModelStatusResult:
        """What is live; with the name of a model, the steps in its life and what comes next."""
        from compiler.engine.target.model_status import ModelStatusRequest, model_status
        from compiler.engine.target.status import StatusRequest, status

        if name is None:
            return status(self._checkout, StatusRequest(self._named(target)), self._listener)
        return model_status(self._checkout, ModelStatusRequest(name, self._named(target)), self._listener)

    def drift(
        self, *paths: str | os.PathLike[str], select: Sequence[str] = (), target: str | None = None
    ) -> DriftResult:
        """What of the target is no longer as the manifests say, down to every record."""
        from compiler.engine.target.drift import DriftRequest, find_drift

        request = DriftRequest(_selection(paths, select), self._named(target))
        return find_drift(self._checkout, request, self._listener)

    def predict(self, name: str, data: Any, *, target: str | None = None) -> Any:
        """Ask the deployment of a model; `data` is what JSON can hold, or the path of a sample file.

        Returns the endpoint's JSON. Raises `CompilerError` MF744 when the endpoint answers anything but 200.
        """
        from compiler.engine.target.predict import Data, PredictRequest, predict

        sent = Data(file=os.fspath(data)) if isinstance(data, os.PathLike) else Data(value=data)
        return predict(self._checkout, PredictRequest(name, sent, self._named(target)), self._listener).answer

    def score(
        self,
        model: str,
        input: str | os.PathLike[str],  # noqa: A002 - as the command names it
        output: str | os.PathLike[str],
        *,
        strict: bool = False,
        overwrite: bool = False,
        target: str | None = None,
    ) -> ScoreResult:
        """Answer every row of a table in worker processes; `model` is a name, an OCID, an artifact or a manifest.

        Refused rows are in the result's diagnostics. Raises `CompilerError` as the command `score` ends with an error.
        """
        from compiler.engine.target.scoring.score import ScoreRequest, score_table

        given, written = os.fspath(input), os.fspath(output)
        request = ScoreRequest(model, given, written, target=self._named(target), strict=strict, overwrite=overwrite)
        return score_table(self._checkout, request, self._listener)

    def pull(
        self, name: str, directory: str | os.PathLike[str], *, version: int | None = None, target: str | None = None
    ) -> PullResult:
        """Bring the artifact of a model back into a directory, checked."""
        from compiler.engine.target.pull import PullRequest, pull_artifact

        request = PullRequest(name, Path(directory), self._named(target), version)
        return pull_artifact(self._checkout, request, self._listener)

    def destroy(
        self, name: str, *, target: str | None = None, timeout: float = 3600.0, ask: Consent | None = None
    ) -> ApplyResult:
        """Delete everything that was made for a model. Consent and errors are those of `apply`."""
        from compiler.engine.change.destroy import DestroyRequest, destroy_model

        request = DestroyRequest(name, self._named(target), timeout)
        return _complete(destroy_model(self._checkout, request, ask or _call_is_consent, self._listener))

    def _named(self, target: str | None) -> TargetRequest:
        return TargetRequest(target or self._target.target, self._target.auth)

    def __repr__(self) -> str:
        return f"Project({str(self._checkout.start)!r})"


def _selection(paths: Sequence[str | os.PathLike[str]], labels: Sequence[str]) -> SelectRequest:
    return SelectRequest(tuple(map(Path, paths)), labels=tuple(labels))


def _call_is_consent(question: Question) -> bool:
    if question.everything:
        hint = "pass ask=, a function that is asked and returns True"
        raise failure("MF903", "the target confirms every change (`confirm: all`)", hint=hint)
    return True


def _complete(result: ApplyResult) -> ApplyResult:
    if result.interrupt:
        raise result.interrupt
    if result.exit_code:
        raise ApplyError(result)
    return result
