"""One member of a zip file as memory, whatever its size."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from compiler.readers.containers.archive import DAMAGE, damaged
from compiler.readers.containers.mapped import BadContentError, map_file, spooled


@contextmanager
def mapped_member(archive: zipfile.ZipFile, name: str) -> Iterator[memoryview]:
    """A member of any size as memory: in its place when it is stored, else inflated into a temporary file.

    Raises CompilerError: MF203 when it is damaged (a `BadContentError` raised inside too), MF206 when it inflates to
    more than a hundred times its size.
    """
    path = Path(str(archive.filename))
    try:
        info = archive.getinfo(name)
        with archive.open(info) as member, tempfile.TemporaryFile() as spool:
            if info.compress_type == zipfile.ZIP_STORED and archive.fp is not None:
                begin = info.header_offset + 30 + _local_lengths(archive.fp, info.header_offset)
                yield memoryview(map_file(archive.fp))[begin : begin + info.file_size]
            else:
                spooled(member, spool, info.compress_size, path)
                yield memoryview(map_file(spool))
    except BadContentError as error:
        raise damaged(path, f"'{name}': {error}") from error
    except (KeyError, *DAMAGE) as error:
        raise damaged(path, f"'{name}' cannot be read: {error}") from error


def _local_lengths(file: IO[bytes], header: int) -> int:
    """Bytes of name and extra field in a member's local header (zip specification, 4.3.7)."""
    file.seek(header + 26)
    lengths = file.read(4)
    return int.from_bytes(lengths[:2], "little") + int.from_bytes(lengths[2:], "little")
