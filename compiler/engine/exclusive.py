"""Changes by hand: one process at a time in a checkout, and none while somebody reconciles the target."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from compiler.engine.checkout_lock import checkout_lock
from compiler.engine.session import Session
from compiler.engine.store.lease import Lease, holder_name, renewing
from compiler.engine.store.opening import open_store, store_of
from compiler.events import Event, Listener, Phase


@contextmanager
def exclusively(session: Session, timeout: float, listener: Listener, break_glass: str = "") -> Iterator[None]:
    """Hold the lock of this checkout and, where `reconcile.store` is a bucket, the lease of the target.

    `break_glass` is a reason to go ahead without the lease; the listener hears it. Raises `CompilerError` MF774 or
    MF780 when the lock or the lease is not free after `timeout` seconds.
    """
    where = store_of(session.workspace, session.target)
    with ExitStack() as stack:
        stack.enter_context(checkout_lock(session, timeout, listener))
        store = open_store(session, where) if where.startswith("oci://") else None
        if store is not None and break_glass:
            text = f"warning: goes ahead without the lease of target '{session.name}': {break_glass}"
            listener(Event(Phase.WARNING, session.name, text))
        elif store is not None:
            # Without an origin: whoever changes something by hand may have the repository under another address.
            lease = Lease(store, holder_name(), origin="")
            waits = Event(Phase.WAITING, text=f"waiting for who reconciles target '{session.name}'")
            lease.take(timeout, told=lambda: listener(waits))
            stack.enter_context(renewing(lease))
        yield
