"""A mail server of this machine that keeps what it is sent."""

import email
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import policy
from typing import Any

from aiosmtpd.controller import Controller


class Box:
    """Keeps what it is sent; says `refuses` to everything if set."""

    def __init__(self) -> None:
        self.letters: list[Any] = []
        self.refuses = ""
        self._came = threading.Condition()

    def wait_for(self, recipient: str, patience_s: float) -> Any:
        """The newest letter to somebody, as soon as there is one; AssertionError if none comes."""
        with self._came:
            assert self._came.wait_for(lambda: self._to(recipient), patience_s), f"no letter to {recipient}"
            return self._to(recipient)[-1]

    def _to(self, recipient: str) -> list[Any]:
        return [letter for letter in self.letters if recipient in letter["To"]]

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:
        """What aiosmtpd calls for each letter."""
        if self.refuses:
            return self.refuses
        with self._came:
            self.letters.append(email.message_from_bytes(envelope.content, policy=policy.default))
            self._came.notify_all()
        return "250 OK"


@contextmanager
def mail_server() -> Iterator[tuple[Box, str]]:
    """A box and its address, as long as the block runs."""
    box, port = Box(), free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield box, f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


def free_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])
