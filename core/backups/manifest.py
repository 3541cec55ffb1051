"""What a backup says of itself."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from core.backups.errors import BadBackup
from core.backups.rows import Table

FORMAT: Final = 1
NAME: Final = "manifest.json"
LONGEST: Final = 256 * 1024 * 1024
"""Bytes of a manifest that is read into memory: that of a million files."""


@dataclass(frozen=True)
class Manifest:
    """When a backup was made, of what, and what is in it."""

    made_at: str
    """UTC, in the form of ISO 8601."""
    schema: str
    """Revision of the database's schema."""
    postgresql: int
    """Release of the server: 15, 17, …"""
    postgis: str
    tables: list[dict[str, Any]]
    """schema, name and columns of each, and `holds`: rows and digest (core/backups/rows.py)."""
    sequences: Mapping[str, int]
    """The next number of each was at least this."""
    members: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    """Size in bytes and SHA-256 of every other member."""
    format: int = FORMAT

    def written(self) -> bytes:
        """As it stands in the file."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, indent=1).encode()

    @property
    def rows(self) -> int:
        """Of all tables."""
        return sum(int(str(table["holds"]).partition(" ")[0]) for table in self.tables)

    def of_table(self) -> list[tuple[Table, str]]:
        """Each table, and what it holds."""
        return [
            (Table(each["schema"], each["name"], tuple(each["columns"])), str(each["holds"]))
            for each in self.tables
        ]


def read(data: bytes) -> Manifest:
    """The manifest in these bytes. BadBackup for one that is not of this format."""
    try:
        told = json.loads(data)
        if told["format"] != FORMAT:
            raise BadBackup(
                "The backup has format %(format)s, which this release of Athar does not know.",
                format=str(told["format"])[:20],
            )
        members = {str(name): (int(size), str(digest)) for name, (size, digest) in told["members"].items()}
        made = Manifest(**{**told, "members": members})
        made.of_table()
        if made.rows < 0:
            raise ValueError("fewer rows than none")
        return made
    except (ValueError, TypeError, KeyError, AttributeError):
        raise BadBackup("The backup is damaged: its manifest cannot be read.") from None
