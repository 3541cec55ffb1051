"""A real S3 server (moto) for tests, and a line to it that can be cut."""

import contextlib
import os
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.core.crew import until

BUCKET = "town-files"


@dataclass
class Line:
    """A way to the server by which bytes go in both directions, until it is cut."""

    to: int
    port: int = 0
    most: int | None = None
    """Bytes that each connection may still carry to the server; None: all."""
    carried: list[int] = field(default_factory=list)

    @property
    def url(self) -> str:
        """FILES_URL of a bucket behind the line."""
        return f"s3://{BUCKET}/athar?endpoint=http://127.0.0.1:{self.port}&region=us-east-1"

    def serve(self, listening: socket.socket) -> None:
        """Take connections until the socket is closed."""
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=self._join, args=(client,), daemon=True).start()

    def _join(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client, socket.create_connection(("127.0.0.1", self.to)) as server:
            back = threading.Thread(target=_carry, args=(server, client), daemon=True)
            back.start()
            left = self.most
            while (left is None or left > 0) and (data := client.recv(16_384)):
                part = data if left is None else data[:left]
                server.sendall(part)
                left = None if left is None else left - len(part)
            if left is not None:
                self.carried.append(self.most or 0)
            for end in (client, server):
                end.shutdown(socket.SHUT_RDWR)
            back.join()


def _carry(source: socket.socket, to: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(16_384):
            to.sendall(data)


@contextlib.contextmanager
def bucket() -> Iterator[Line]:
    """A server with an empty bucket, and the line to it."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until(lambda: _made(port))
        with socket.create_server(("127.0.0.1", 0)) as listening:
            line = Line(port, listening.getsockname()[1])
            threading.Thread(target=line.serve, args=(listening,), daemon=True).start()
            yield line
    finally:
        process.kill()
        process.wait()


def _made(port: int) -> bool:
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/{BUCKET}", method="PUT")
    try:
        with urllib.request.urlopen(asked) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@contextlib.contextmanager
def keys() -> Iterator[None]:
    """Keys to the server, where its client looks for them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "AWS_ACCESS_KEY_ID", "test")
        patch.setitem(os.environ, "AWS_SECRET_ACCESS_KEY", "test")
        yield
