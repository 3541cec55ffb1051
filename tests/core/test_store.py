"""The store of files: the same behaviour on disk and on a real S3 server, also when it goes away."""

import io
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core import store
from core.errors import Unavailable
from core.settings import Settings
from core.store import Store
from tests import s3

KEY = "pictures/ab/abcd/640.webp"


@pytest.fixture(scope="module")
def line() -> Iterator[s3.Line]:
    with s3.keys(), s3.bucket() as line:
        yield line


@pytest.fixture(params=["disk", "s3"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store of either kind."""
    if request.param == "disk":
        yield store.of(Settings(FILES_DIR=str(tmp_path)))
        return
    line: s3.Line = request.getfixturevalue("line")
    files = store.of(Settings(FILES_URL=line.url))
    yield files
    for each in list(files.listed("pictures")):
        files.delete(each.key)


def read(files: Store, key: str) -> bytes | None:
    kept = files.open(key)
    return None if kept is None else b"".join(kept.chunks)


def test_what_is_put_is_there_whole_until_it_is_deleted(files: Store) -> None:
    data = os.urandom(300_000)
    assert read(files, KEY) is None and not files.exists(KEY)

    files.put(KEY, io.BytesIO(data))

    kept = files.open(KEY)
    assert kept is not None and kept.size == len(data) and b"".join(kept.chunks) == data
    assert files.exists(KEY)
    files.delete(KEY)
    files.delete(KEY)
    assert read(files, KEY) is None and not files.exists(KEY)


def test_what_is_under_a_key_never_changes(files: Store) -> None:
    files.put(KEY, io.BytesIO(b"first"))
    files.put(KEY, io.BytesIO(b"second"))

    assert read(files, KEY) == b"first"


def test_a_large_file_passes_through_in_pieces(files: Store) -> None:
    data = os.urandom(1 << 20) * 12

    files.put(KEY, io.BytesIO(data))

    kept = files.open(KEY)
    pieces = list(kept.chunks) if kept else []
    assert b"".join(pieces) == data
    assert max(map(len, pieces)) < len(data)


def test_files_are_listed_by_folder_with_their_time(files: Store) -> None:
    for key in ("pictures/ab/1/a.webp", "pictures/cd/2/a.webp", "others/ab/1/a.webp"):
        files.put(key, io.BytesIO(b"x"))

    listed = list(files.listed("pictures"))

    assert sorted(each.key for each in listed) == ["pictures/ab/1/a.webp", "pictures/cd/2/a.webp"]
    assert all(abs(datetime.now(UTC) - each.put_at) < timedelta(minutes=5) for each in listed)
    assert list(files.listed("nothing")) == []
    files.delete("others/ab/1/a.webp")


def test_many_at_once_put_one_file(files: Store) -> None:
    data = os.urandom(200_000)
    putting = [threading.Thread(target=files.put, args=(KEY, io.BytesIO(data))) for _ in range(8)]
    for each in putting:
        each.start()
    for each in putting:
        each.join()

    assert read(files, KEY) == data
    assert len(list(files.listed("pictures"))) == 1


@pytest.mark.parametrize(
    "key",
    [
        "",
        "one",
        "../pictures/a.webp",
        "pictures/../../a",
        "/etc/passwd",
        "pictures//a",
        "Pictures/a",
        "a/b\0",
    ],
)
def test_what_is_no_key_is_refused(files: Store, key: str) -> None:
    for act in (files.open, files.exists, files.delete, lambda key: files.put(key, io.BytesIO(b"x"))):
        with pytest.raises(ValueError, match="no key"):
            act(key)


class Broken(io.BytesIO):
    """A file that breaks off in its middle, as an upload does whose sender is gone."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() > 100_000:
            raise OSError("gone")
        return super().read(size)


def test_a_file_that_breaks_off_leaves_nothing(files: Store) -> None:
    with pytest.raises(Unavailable):
        files.put(KEY, Broken(os.urandom(300_000)))

    assert list(files.listed("pictures")) == []
    files.put(KEY, io.BytesIO(b"whole"))
    assert read(files, KEY) == b"whole"


def test_a_disk_without_room_leaves_nothing(tmp_path: Path) -> None:
    files = store.of(Settings(FILES_DIR="/dev/full/x"))
    with pytest.raises(Unavailable):
        files.put(KEY, io.BytesIO(b"x"))

    broken = store.of(Settings(FILES_DIR=str(tmp_path)))
    with pytest.raises(Unavailable):
        broken.put(KEY, Broken(os.urandom(300_000)))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_line_cut_in_the_middle_is_unavailable_and_leaves_nothing(line: s3.Line) -> None:
    files = store.of(Settings(FILES_URL=line.url))
    # New connections only: those of the pool carry what they like.
    fresh = store.of(Settings(FILES_URL=line.url + "&region=eu-west-1"))
    line.most = 100_000
    try:
        with pytest.raises(Unavailable):
            fresh.put(KEY, io.BytesIO(os.urandom(400_000)))
        assert line.carried
    finally:
        line.most = None

    assert list(files.listed("pictures")) == []
    fresh.put(KEY, io.BytesIO(b"whole"))
    assert read(files, KEY) == b"whole"
    files.delete(KEY)


def test_a_store_that_is_away_is_unavailable_for_every_act() -> None:
    with s3.keys():
        away = store.of(Settings(FILES_URL="s3://town-files/x?endpoint=http://127.0.0.1:9"))
        acts = (
            lambda: away.put(KEY, io.BytesIO(b"x")),
            lambda: away.open(KEY),
            lambda: away.exists(KEY),
            lambda: away.delete(KEY),
            lambda: list(away.listed("pictures")),
        )
        for act in acts:
            with pytest.raises(Unavailable, match="does not answer"):
                act()


def test_a_bucket_that_is_not_there_is_no_empty_store(line: s3.Line) -> None:
    files = store.of(Settings(FILES_URL=line.url.replace(s3.BUCKET, "no-such-bucket")))

    with pytest.raises(Unavailable):
        files.put(KEY, io.BytesIO(b"x"))
    with pytest.raises(Unavailable):
        files.open(KEY)


@pytest.mark.parametrize("url", ["ftp://x/y", "s3:///x", "s3://b/x?endpoint=https://a&secret=b", "bucket"])
def test_an_address_of_no_store_is_told_at_the_start(url: str) -> None:
    with pytest.raises(ValueError, match="FILES_URL must be"):
        store.of(Settings(FILES_URL=url))
