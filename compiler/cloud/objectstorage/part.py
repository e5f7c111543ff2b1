"""One part of an upload, in a buffer that is lent to it."""

from __future__ import annotations

import base64
import hashlib
import io

from compiler.cloud.objectstorage.zip_body import ZipStream


class Part(io.RawIOBase):
    """One part, read from the stream into a buffer that is lent to it; it can be sent again from its beginning."""

    def __init__(self, buffer: bytearray, stream: ZipStream, size: int) -> None:
        super().__init__()
        self.buffer = buffer
        self._content = memoryview(buffer)[:size]
        self._position = 0
        filled = 0
        while filled < size and (taken := stream.readinto(self._content[filled:])):
            filled += taken

    def __len__(self) -> int:
        return len(self._content)

    def md5(self) -> str:
        """Base64, as the service lists it."""
        return base64.b64encode(hashlib.md5(self._content, usedforsecurity=False).digest()).decode()

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """Bytes read so far."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go there."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: len(self._content)}[whence]
        self._position = base + offset
        return self._position

    def read(self, size: int = -1) -> bytes:
        """So many bytes, or all that are left; none at the end."""
        end = len(self._content) if size < 0 else self._position + size
        piece = bytes(self._content[self._position : end])
        self._position += len(piece)
        return piece
