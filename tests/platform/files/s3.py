"""A server of the S3 protocol in a process of its own."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from app.serving import free_port

KEY, SECRET = "test", "test-secret"


@contextmanager
def s3_server() -> Iterator[str]:
    """Its address. It keeps everything in memory."""
    port = free_port()
    command = [sys.executable, "-c", "from moto.server import main; main()"]
    process = subprocess.Popen(
        [*command, "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            assert process.poll() is None, "the S3 server has ended"
            try:
                httpx.get(address, trust_env=False)
                break
            except httpx.TransportError:
                time.sleep(0.05)
        yield address
    finally:
        process.kill()
        process.wait()


def make_bucket(address: str, name: str) -> str:
    """A new bucket; gives the `files_url` of it."""
    made = httpx.put(f"{address}/{name}", trust_env=False)
    assert made.is_success, made.text
    return f"s3://{name}/files?endpoint={address}"
