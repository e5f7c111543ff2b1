"""The embedded OCI: the REST API that a model's life needs, on SQLite plus files, without account or daemon."""

from compiler.localcloud.application import LocalCloud, open_cloud
from compiler.localcloud.http.calls import Settings

__all__ = ["LocalCloud", "Settings", "open_cloud"]
