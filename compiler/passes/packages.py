"""What is known of the packages in an environment, and whether the releases of two specifiers meet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet
    from packaging.version import Version


@dataclass(frozen=True, slots=True)
class Packages:
    """The packages of an environment, by canonical distribution name."""

    versions: Mapping[str, str] = field(default_factory=dict)
    """Those whose release is known."""
    ranges: Mapping[str, str] = field(default_factory=dict)
    """Those of which only a PEP 440 specifier is known; it is empty where any release will do."""
    complete: bool = False
    """Whether every package that was asked for is listed, as in an `environment.yaml`."""

    def has(self, distribution: str) -> bool:
        """Whether the distribution is listed."""
        name = canonical(distribution)
        return name in self.versions or name in self.ranges

    def asked(self, distribution: str) -> str | None:
        """The specifier of a distribution: `==` for a known release; None for one that is not listed."""
        name = canonical(distribution)
        return f"=={self.versions[name]}" if name in self.versions else self.ranges.get(name)


def canonical(name: str) -> str:
    """A distribution's name as PEP 503 writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def contains(specifier: str, version: str) -> bool:
    """Whether a release is in a range; True where either cannot be read."""
    found, release = _specifier(specifier), _version(version)
    return found is None or release is None or found.contains(release, prereleases=True)


def meet(left: str, right: str) -> bool:
    """Whether some release is in both ranges; True where either cannot be read."""
    one, other = _specifier(left), _specifier(right)
    if one is None or other is None:
        return True
    bounds = [bound for item in (*one, *other) if (bound := _version(item.version.removesuffix(".*")))]
    tried = [near for bound in bounds for near in _near(bound)]
    both = one & other
    return not tried or any(both.contains(near, prereleases=True) for near in tried)


def _near(version: Version) -> list[Version]:
    """The release, and those just before and after it in each of its first three numbers."""
    from packaging.version import Version

    major, minor, micro = version.major, version.minor, version.micro
    after = [(major + 1, 0, 0), (major, minor + 1, 0), (major, minor, micro + 1)]
    before = [(major - 1, 9999, 0), (major, minor - 1, 9999), (major, minor, micro - 1), (0, 0, 0)]
    numbers = [numbers for numbers in (*after, *before) if min(numbers) >= 0]
    return [version, *(Version(".".join(map(str, item))) for item in numbers)]


def _specifier(text: str) -> SpecifierSet | None:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        return SpecifierSet(text)
    except InvalidSpecifier:
        return None


def _version(text: str) -> Version | None:
    from packaging.version import InvalidVersion, Version

    try:
        return Version(text)
    except InvalidVersion:
        return None
