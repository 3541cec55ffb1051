"""Files of a folder, read with care: bounded, UTF-8, JSON without the loopholes of Python's reader."""

import hashlib
import json
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any, Final, NoReturn

from geo.loading.records import At, quoted
from geo.vocabulary import N_

LARGEST_FILE: Final = 200 * 1024 * 1024
LOADER_VERSION: Final = "3"
"""Grows when the same folder would be read into other records (or its names be folded otherwise)."""
CONFIG: Final = "commune.toml"
ROUTES: Final = "routes.json"
SIGNS: Final = "signs.json"
RECORDINGS: Final = "recordings.json"
WIFI: Final = "wifi.toml"
EVENTS: Final = "hazard_events.json"
FIXED_FILES: Final = (CONFIG, ROUTES, SIGNS, RECORDINGS, WIFI, EVENTS)
"""Files of every folder; the layers' files are named in the first."""


class _BadJson(ValueError):
    """A JSON text that Python would read but that means different things to different readers."""


def read_bytes(at: At, folder: Path, name: str) -> bytes | None:
    """The file's bytes; None and a problem for one that is missing, too large, or outside the folder."""
    path = folder / name
    try:
        if not _is_inside(folder, path):
            at.wrong(None, "lies outside the folder; name a file inside it")
            return None
        if not path.is_file():
            at.wrong(None, "there is no such file")
            return None
        if path.stat().st_size > LARGEST_FILE:
            at.wrong(None, f"is larger than {LARGEST_FILE // 2**20} MB; split it or simplify its geometry")
            return None
        return path.read_bytes()
    except OSError as error:
        at.wrong(None, f"cannot be read: {error.strerror}")
    except (ValueError, RuntimeError):
        # A name with NUL; a link that leads to itself (a RuntimeError up to Python 3.12).
        at.wrong(None, "cannot be read: this is no usable file name")
    return None


def read_text(at: At, folder: Path, name: str) -> str | None:
    """The file as text; None and a problem when it is not UTF-8."""
    body = read_bytes(at, folder, name)
    if body is None:
        return None
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at.wrong(None, f"is not UTF-8 (byte {error.start}); save it as UTF-8")
        return None


def read_json(at: At, folder: Path, name: str) -> Any:
    """The file's JSON value; None and a problem when it has none."""
    text = read_text(at, folder, name)
    return None if text is None else json_value(at, text)


def json_value(at: At, text: str) -> Any:
    """The JSON value of a text; None and a problem when it has none."""
    try:
        return json.loads(text, object_pairs_hook=_members, parse_constant=_constant)
    except json.JSONDecodeError as error:
        at.wrong(
            None,
            N_("is not valid JSON: %(why)s at line %(line)s, column %(column)s"),
            why=error.msg,
            line=str(error.lineno),
            column=str(error.colno),
        )
    except _BadJson as error:
        at.wrong(None, N_("is not valid JSON: %(why)s"), why=str(error))
    except RecursionError:
        at.wrong(None, N_("is not valid JSON: nested too deeply"))
    except ValueError as error:
        at.wrong(None, N_("is not valid JSON: %(why)s"), why=quoted(error))
    return None


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise _BadJson(f"the member {quoted(twice)} stands twice in one object")
    return members


def _constant(name: str) -> NoReturn:
    raise _BadJson(f"{name} is no number")


def folder_hash(folder: Path) -> str:
    """SHA-256 over the names and bytes of the files that a load reads; one that is missing counts as such."""
    files = [(name, _file_hash(folder, name)) for name in sorted(_named(folder))]
    return hashlib.sha256(json.dumps([LOADER_VERSION, files]).encode()).hexdigest()


def _named(folder: Path) -> set[str]:
    return {*FIXED_FILES, *_layer_files(folder), *_recorded_files(folder)}


def _file_hash(folder: Path, name: str) -> str | None:
    """SHA-256 of a regular file inside the folder; None where there is none that may be read."""
    path = folder / name
    try:
        if not _is_inside(folder, path) or not path.is_file():
            return None
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError, RuntimeError):
        return None


def _layer_files(folder: Path) -> set[str]:
    """What commune.toml names as layers and crests; nothing where it cannot be read."""
    path = folder / CONFIG
    try:
        if not _is_inside(folder, path) or not path.is_file():
            return set()
        config = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return set()
    layers, signs = config.get("layers"), config.get("signs")
    listed = [*layers.values()] if isinstance(layers, dict) else []
    listed += [signs.get("crests")] if isinstance(signs, dict) else []
    return {name for files in listed if isinstance(files, list) for name in files if isinstance(name, str)}


def _recorded_files(folder: Path) -> set[str]:
    """What recordings.json names; nothing where it cannot be read."""
    path = folder / RECORDINGS
    try:
        if not _is_inside(folder, path) or not path.is_file():
            return set()
        value = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return set()
    lines = value.get("recordings") if isinstance(value, dict) else None
    found = [line.get("file") for line in lines if isinstance(line, dict)] if isinstance(lines, list) else []
    return {name for name in found if isinstance(name, str)}


def _is_inside(folder: Path, path: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def content_hash(value: Any) -> str:
    """SHA-256 of a JSON value, the same for equal values however they are written."""
    plain = json.dumps([LOADER_VERSION, value], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()
