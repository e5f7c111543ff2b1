"""ocifs reads, writes, lists, copies, moves and removes objects of the embedded OCI.

    python ocifs_life.py URL CONFIG

Run in an environment that holds ocifs (see test_clients.py).
"""

from __future__ import annotations

import sys


def main(url: str, config: str) -> None:
    from ocifs import OCIFileSystem

    fs = OCIFileSystem(config=config, config_kwargs={"service_endpoint": url}, use_listings_cache=False)
    bucket = "cellar@local"
    fs.mkdir(bucket)
    with fs.open(f"{bucket}/wines/red.csv", "wb") as file:
        file.write(b"a,b\n1,2\n")
    fs.pipe(f"{bucket}/wines/white.csv", b"a,b\n3,4\n")
    large = bytes(range(256)) * (48 << 10)  # 12 MiB: in parts
    with fs.open(f"{bucket}/large.bin", "wb", block_size=5 << 20) as file:
        file.write(large)
    assert fs.cat(f"{bucket}/large.bin") == large
    with fs.open(f"{bucket}/wines/red.csv", "rb") as file:
        file.seek(4)
        assert file.read() == b"1,2\n"
    assert sorted(fs.ls(f"{bucket}/wines")) == [f"{bucket}/wines/red.csv", f"{bucket}/wines/white.csv"]
    assert min(fs.find(bucket)) == f"{bucket}/large.bin"
    assert fs.glob(f"{bucket}/wines/*.csv") == sorted(fs.find(f"{bucket}/wines"))
    assert fs.info(f"{bucket}/wines/red.csv")["size"] == 8
    assert fs.exists(f"{bucket}/wines/red.csv")
    assert not fs.exists(f"{bucket}/wines/rose.csv")
    assert fs.isdir(f"{bucket}/wines")
    fs.copy(f"{bucket}/wines/red.csv", f"{bucket}/copied.csv")
    assert fs.cat(f"{bucket}/copied.csv") == b"a,b\n1,2\n"
    fs.mv(f"{bucket}/copied.csv", f"{bucket}/moved.csv")
    assert (fs.exists(f"{bucket}/copied.csv"), fs.exists(f"{bucket}/moved.csv")) == (False, True)
    fs.touch(f"{bucket}/empty")
    assert fs.info(f"{bucket}/empty")["size"] == 0
    fs.rm(f"{bucket}/wines", recursive=True)
    assert not fs.find(f"{bucket}/wines")
    for name in ("large.bin", "moved.csv", "empty"):
        fs.rm(f"{bucket}/{name}")
    fs.rmdir(bucket)
    sys.stdout.write("ocifs lived a life\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
