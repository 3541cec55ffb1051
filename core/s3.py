"""A bucket of an S3-compatible store: Amazon's own, Ceph, Garage, SeaweedFS and the like.

Imported only where FILES_URL names one. The client is obstore, on the object_store of Apache Arrow.
Keys to it come from the environment as usual: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the machine's
role.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import BinaryIO, Final

from obstore.exceptions import BaseError
from obstore.store import S3Store

from core.errors import Unavailable
from core.store import AWAY, CHUNK, Kept, Listed, checked

PATIENCE_S: Final = 10
"""For one answer of the store, in seconds."""
CONNECT_S: Final = 3
RETRIES: Final = 2
"""Within PATIENCE_S; who waits longer is told, and jobs are tried again later."""


class Bucket:
    """Files under a prefix. Large ones go in parts; a file appears once the last part is there."""

    def __init__(self, bucket: str, prefix: str, endpoint: str = "", region: str = "us-east-1") -> None:
        self._store = S3Store(
            bucket,
            prefix=prefix or None,
            region=region,
            client_options={
                "allow_http": endpoint.startswith("http://"),
                "timeout": timedelta(seconds=PATIENCE_S),
                "connect_timeout": timedelta(seconds=CONNECT_S),
            },
            retry_config={"max_retries": RETRIES, "retry_timeout": timedelta(seconds=PATIENCE_S)},
            config={"endpoint": endpoint} if endpoint else {},
        )

    def put(self, key: str, file: BinaryIO) -> None:
        """See Store."""
        if self.exists(key):
            return
        with _answering():
            self._store.put(checked(key), file)

    def open(self, key: str) -> Kept | None:
        """See Store."""
        checked(key)
        with _answering():
            try:
                found = self._store.get(key)
            except FileNotFoundError as missing:
                if "NoSuchBucket" in str(missing):
                    raise
                return None
            return Kept(found.meta["size"], _chunks(found.stream(min_chunk_size=CHUNK)))

    def exists(self, key: str) -> bool:
        """See Store."""
        checked(key)
        with _answering():
            try:
                self._store.head(key)
            except FileNotFoundError:
                return False
            return True

    def delete(self, key: str) -> None:
        """See Store."""
        checked(key)
        with _answering():
            self._store.delete(key)

    def listed(self, folder: str) -> Iterator[Listed]:
        """See Store."""
        with _answering():
            for page in self._store.list(f"{folder}/"):
                for item in page:
                    yield Listed(item["path"], item["last_modified"])


def _chunks(stream: Iterator[object]) -> Iterator[bytes]:
    with _answering():
        for chunk in stream:
            yield bytes(chunk)  # type: ignore[call-overload]


@contextmanager
def _answering() -> Iterator[None]:
    """What the client says of a store that is away, refuses or has no such bucket, as Unavailable."""
    try:
        yield
    except (BaseError, OSError) as away:
        raise Unavailable(AWAY) from away
