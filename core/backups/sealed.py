"""Files sealed with a passphrase in the format age, version 1 (C2SP: age-encryption.org/v1), as streams.

Whoever has the key opens them with the program `age`, too, without us. The payload is the STREAM
construction: pieces of 64 KiB, each under ChaCha20-Poly1305 with its number and whether it is the last in the
nonce, so that a piece that is changed, moved, left out or cut off is found. One piece is in memory at a time.
"""

import base64
import binascii
import hashlib
import hmac
import os
import re
from typing import IO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from core.backups.errors import BadBackup

INTRO: Final = b"age-encryption.org/v1\n"
PIECE: Final = 64 * 1024
"""Bytes of plain text in a piece."""
_TAG: Final = 16
WORK: Final = 17
"""Binary logarithm of scrypt's cost: 128 MiB and some half a second, for who guesses as for us."""
MOST_WORK: Final = 20
"""Of a file that is opened: a header must not make us take more than 1 GiB."""
_LABEL: Final = b"age-encryption.org/v1/scrypt"
_NO_NONCE: Final = bytes(12)
_HEADER: Final = re.compile(
    rb"age-encryption\.org/v1\n-> scrypt ([A-Za-z0-9+/]{22}) ([1-9][0-9]?)\n([A-Za-z0-9+/]{43})\n---"
)
LONGEST_HEADER: Final = 512
WRONG_KEY: Final = "BACKUP_KEY is not the key of this backup, or the beginning of the file is damaged."
DAMAGED: Final = (
    "The backup is damaged: byte %(at)s or one of the 65,536 after it was changed, or is missing."
)


class Sealing:
    """Writes into `out` what is written into it, sealed. `close` writes the last piece; `out` stays open."""

    def __init__(self, out: IO[bytes], passphrase: str, work: int = WORK) -> None:
        file_key, salt, nonce = os.urandom(16), os.urandom(16), os.urandom(16)
        wrapped = ChaCha20Poly1305(_wrap_key(passphrase, salt, work)).encrypt(_NO_NONCE, file_key, None)
        header = INTRO + b"-> scrypt %s %d\n%s\n---" % (_plain64(salt), work, _plain64(wrapped))
        out.write(header + b" " + _plain64(_mac(file_key, header)) + b"\n" + nonce)
        self._out = out
        self._cipher = ChaCha20Poly1305(_derived(file_key, nonce, b"payload"))
        self._held = bytearray()
        self._number = 0

    def write(self, data: bytes) -> int:
        """Seal every whole piece that something comes after."""
        self._held += data
        while len(self._held) > PIECE:
            self._put(bytes(self._held[:PIECE]), last=False)
            del self._held[:PIECE]
        return len(data)

    def close(self) -> None:
        """Seal the last piece, which says that it is the last."""
        self._put(bytes(self._held), last=True)
        self._held.clear()

    def _put(self, piece: bytes, *, last: bool) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._number, last=last), piece, None))
        self._number += 1


class Opened:
    """Reads what was sealed. Every byte that `read` gives was checked before.

    Raises BadBackup for a wrong key, another kind of age file, or damage; at the latest at the end.
    """

    def __init__(self, file: IO[bytes], passphrase: str) -> None:
        head = file.read(LONGEST_HEADER)
        found = _HEADER.match(head)
        if found is None:
            raise BadBackup(
                "The file is sealed, but not with a passphrase as BACKUP_KEY is, or its beginning is damaged."
            )
        file_key = _file_key(found, passphrase)
        mac, nonce = head[found.end() :][:45], head[found.end() + 45 :][:16]
        if not hmac.compare_digest(mac, b" " + _plain64(_mac(file_key, found[0])) + b"\n"):
            raise BadBackup(WRONG_KEY)
        self._at = found.end() + 45 + 16
        file.seek(self._at)
        self._file = file
        self._cipher = ChaCha20Poly1305(_derived(file_key, nonce, b"payload"))
        self._held = b""
        self._ahead = file.read(PIECE + _TAG)
        self._number = 0
        self._ended = False

    def read(self, size: int) -> bytes:
        """So many bytes; fewer only at the end."""
        got = bytearray()
        while len(got) < size and (self._held or self._next()):
            wanted = size - len(got)
            got += self._held[:wanted]
            self._held = self._held[wanted:]
        return bytes(got)

    def _next(self) -> bool:
        if self._ended:
            return False
        sealed, self._ahead = self._ahead, self._file.read(PIECE + _TAG)
        last = not self._ahead
        try:
            self._held = self._cipher.decrypt(_nonce(self._number, last=last), sealed, None)
        except (InvalidTag, ValueError):
            raise BadBackup(DAMAGED, at=self._at) from None
        self._at += len(sealed)
        self._number += 1
        self._ended = last
        return bool(self._held)


def is_sealed(head: bytes) -> bool:
    """Whether a file that begins so is in age's format."""
    return head.startswith(INTRO)


def _file_key(header: re.Match[bytes], passphrase: str) -> bytes:
    salt, work = base64.b64decode(header[1] + b"=="), int(header[2])
    if work > MOST_WORK:
        raise BadBackup("The file wants more memory to be opened than a backup of ours does.")
    try:
        wrapped = base64.b64decode(header[3] + b"=", validate=True)
        return ChaCha20Poly1305(_wrap_key(passphrase, salt, work)).decrypt(_NO_NONCE, wrapped, None)
    except (InvalidTag, binascii.Error):
        raise BadBackup(WRONG_KEY) from None


def _wrap_key(passphrase: str, salt: bytes, work: int) -> bytes:
    return Scrypt(salt=_LABEL + salt, length=32, n=1 << work, r=8, p=1).derive(passphrase.encode())


def _derived(file_key: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(file_key)


def _mac(file_key: bytes, header: bytes) -> bytes:
    return hmac.new(_derived(file_key, b"", b"header"), header, hashlib.sha256).digest()


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\1" if last else b"\0")


def _plain64(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")
