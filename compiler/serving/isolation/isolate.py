"""The strongest isolation that this machine offers, put on the running process."""

from __future__ import annotations

from collections.abc import Collection

from compiler.serving.isolation import landlock, mounts, namespaces
from compiler.serving.isolation.kernel import drop_privileges
from compiler.serving.isolation.result import Isolation
from compiler.serving.isolation.view import View

NAMESPACES, LANDLOCK = "namespaces", "landlock"
MECHANISMS = (NAMESPACES, LANDLOCK)


def isolate(view: View, mechanisms: Collection[str] = MECHANISMS, *, network: bool = False) -> Isolation:
    """Confine this process, and whatever it starts, to the view for good; returns what holds from now on.

    In namespaces it goes on in a child process. `network` keeps the machine's network. What the machine does not offer
    is left out and told; `mechanisms` leaves out more, to test that. Call it before there is any thread.
    """
    version = landlock.version() if LANDLOCK in mechanisms else 0
    entered = NAMESPACES in mechanisms and namespaces.enter(network=network)
    shown, own_proc = _show_only(view) if entered else (False, False)
    if version:
        landlock.restrict(view, version, whole_proc=own_proc)
    drop_privileges()
    # A socket in the file system leads to services of the machine, past the network namespace and past Landlock.
    return Isolation(
        network=entered and shown and not network,
        files=shown or landlock.guards_files(version),
        processes=own_proc or landlock.guards_processes(version),
    )


def _show_only(view: View) -> tuple[bool, bool]:
    """Whether the view is all that there is, and whether /proc shows none but its own processes."""
    try:
        return True, mounts.show_only(view)
    except OSError:
        return False, False
