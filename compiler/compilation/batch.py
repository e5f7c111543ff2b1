"""Several manifests in one run: each is compiled, whatever is wrong with the others."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from compiler.compilation.build import Build
from compiler.compilation.cache import FORGETFUL, recall
from compiler.compilation.compile import compile_anew, validate_manifest
from compiler.compilation.declared_name import declared_name
from compiler.compilation.failures import known_failure, remember_failure
from compiler.diagnostics import CompilerError, Diagnostic
from compiler.events import Listener, ignore
from compiler.workspace.sealed import can_seal

if TYPE_CHECKING:
    from compiler.compilation.pool import JobResult

POOLED = 24
"""Manifests to build above which several processes do it: starting one takes as long as building a dozen."""
RootOf: TypeAlias = Callable[[Path], Path]
"""The project root of a folder that holds a manifest."""


@dataclass(frozen=True, slots=True)
class CompiledManifest:
    """What became of one manifest."""

    path: Path
    build: Build | None
    """None when it is wrong, or was only to be checked."""
    problems: tuple[Diagnostic, ...]
    """Errors, and the warnings beside them."""
    failed: bool
    seconds: float


def compile_each(
    paths: Sequence[Path], root_of: RootOf, listener: Listener = ignore, *, again: bool = True
) -> Iterator[CompiledManifest]:
    """Compile the manifests one after the other; two of one name are compiled neither (MF113).

    Unless `again`, what could not be compiled is not tried again before a file beside the manifest was touched.
    """
    known = {path: recall(path, root_of(path.parent)) for path in paths}
    twice = _twice({path: build.name if build else declared_name(path) for path, build in known.items()})
    failed: dict[Path, CompiledManifest] = {}
    for path in () if again else (path for path, build in known.items() if build is None and path not in twice):
        if problems := known_failure(path, root_of(path.parent)):
            failed[path] = CompiledManifest(path, None, problems, failed=True, seconds=0)

    def build(path: Path) -> Build:
        return known[path] or compile_anew(path, root=root_of(path.parent), listener=listener)

    told = False
    rest = [path for path in paths if path not in failed]
    yield from failed.values()
    for done in _attempts(rest, known, twice, root_of, build):
        if done.failed and not again and done.path not in twice:
            remember_failure(done.path, root_of(done.path.parent), done.problems)
        yield _without_repetition(done) if told else done
        told = told or any(problem.code == FORGETFUL for problem in done.problems)


def _attempts(
    paths: Sequence[Path],
    known: Mapping[Path, Build | None],
    twice: Mapping[Path, Diagnostic],
    root_of: RootOf,
    build: Callable[[Path], Build],
) -> Iterator[CompiledManifest]:
    """Compile here; in several processes when there is much to build."""
    jobs = {path: root_of(path.parent) for path in paths if known[path] is None and path not in twice}
    if len(jobs) < POOLED or not all(can_seal(root) for root in set(jobs.values())):
        yield from (_attempt(path, twice.get(path), build) for path in paths)
        return
    from compiler.compilation.pool import pool

    with pool(list(jobs.items())) as results:
        for path in paths:
            result = next(results) if path in jobs else None
            yield _from_pool(path, jobs[path], result) if result else _attempt(path, twice.get(path), build)


def _from_pool(path: Path, root: Path, result: JobResult) -> CompiledManifest:
    """What another process built, taken from the cache; built here when it was changed meanwhile."""
    if result.problems:
        return CompiledManifest(path, None, result.problems, failed=True, seconds=result.seconds)
    build = recall(path, root)
    made = replace(build, unchanged=False) if build else compile_anew(path, root=root)
    return CompiledManifest(path, made, made.warnings, failed=False, seconds=result.seconds)


def _without_repetition(done: CompiledManifest) -> CompiledManifest:
    """That nothing is remembered is said once, not of every manifest."""
    kept = tuple(problem for problem in done.problems if problem.code != FORGETFUL)
    return replace(done, problems=kept, build=done.build and replace(done.build, warnings=kept))


def validate_each(paths: Sequence[Path], root_of: RootOf, listener: Listener = ignore) -> Iterator[CompiledManifest]:
    """Check the manifests one after the other; nothing is written."""
    twice = _twice({path: declared_name(path) for path in paths})

    def check(path: Path) -> tuple[Diagnostic, ...]:
        return validate_manifest(path, root=root_of(path.parent), listener=listener)

    for path in paths:
        yield _attempt(path, twice.get(path), check)


def compile_all(paths: Sequence[Path], root_of: RootOf, listener: Listener = ignore) -> list[Build]:
    """Compile the manifests; raises `CompilerError` with the problems of all that are wrong."""
    done = list(compile_each(paths, root_of, listener))
    if any(item.failed for item in done):
        raise CompilerError(*(problem for item in done for problem in item.problems))
    return [item.build for item in done if item.build]


def _attempt(
    path: Path, clash: Diagnostic | None, work: Callable[[Path], Build | tuple[Diagnostic, ...]]
) -> CompiledManifest:
    if clash:
        return CompiledManifest(path, None, (clash,), failed=True, seconds=0)
    started = time.perf_counter()
    try:
        done = work(path)
    except CompilerError as problem:
        return CompiledManifest(path, None, problem.diagnostics, failed=True, seconds=time.perf_counter() - started)
    build = done if isinstance(done, Build) else None
    warnings = done.warnings if isinstance(done, Build) else done
    return CompiledManifest(path, build, warnings, failed=False, seconds=time.perf_counter() - started)


def _twice(names: dict[Path, str | None]) -> dict[Path, Diagnostic]:
    """A problem for each manifest whose name another one has as well."""
    by_name: dict[str, list[Path]] = {}
    for path, name in names.items():
        if name is not None:
            by_name.setdefault(name, []).append(path)
    return {
        path: _clash(name, path, paths[0] if path is not paths[0] else paths[1])
        for name, paths in by_name.items()
        if len(paths) > 1
        for path in paths
    }


def _clash(name: str, path: Path, other: Path) -> Diagnostic:
    from compiler.source import read_document
    from compiler.workspace.root import shown

    here, there = (read_document(where, shown=shown(where)).locate(("metadata", "name")) for where in (path, other))
    return Diagnostic("MF113", f"'{name}' is also the name of {there}", here, hint="names are unique in a project")
