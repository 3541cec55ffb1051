"""Which columns hold something of a person of the commune's: the one list that exporting and erasing go by.

A column that sounds as if it held a person stands here or under NOBODYS; a test fails for one that does not.
Of visitors nothing is kept (docs/privacy.md).
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from core.jobs import SCHEMA

Columns = Mapping[str, Sequence[str]]

NAMES: Final[Columns] = MappingProxyType(
    {
        "account": ("created_by",),
        "account_event": ("by",),
        "alert": ("issued_by",),
        "import_batch": ("by",),
        "picture": ("author", "created_by", "published_by", "withdrawn_by"),
        "record_part": ("by",),
        "record_version": ("by",),
        "recording": ("speaker",),
        "sign_build": ("asked_by",),
        "sign_event": ("person",),
        "sign_in": ("name",),
        "sign_report": ("settled_by",),
        "sign_wording": ("person",),
        "term": ("by",),
        "trail_person": ("name",),
        "translation_note": ("by",),
        "wifi_comment": ("by",),
        "wifi_edit": ("by", "undone_by"),
        "wifi_hotspot": ("changed_by",),
        "wifi_proposal": ("by",),
        "wifi_scenario": ("made_by", "approved_by"),
        "wifi_status_change": ("by",),
        "wifi_survey": ("by", "used_by"),
    }
)
"""Table → columns with the name of who did it, and nothing else. The acts stay when the person goes."""
WORDS: Final[Columns] = MappingProxyType(
    {
        "account_event": ("detail",),
        "import_batch": ("title",),
        "letter": ("subject", "error", "body"),
        "picture": ("licence_note", "source"),
        "sign": ("spot", "manager"),
        "sign_build": ("problem",),
        "sign_event": ("note",),
        "sign_report": ("note",),
        "term": ("note", "source"),
        "translation_note": ("said",),
        "wifi_comment": ("text",),
        "wifi_hotspot": ("note",),
        "wifi_scenario": ("title",),
        "wifi_status_change": ("note",),
        "wifi_survey": ("title",),
        f"{SCHEMA}.procrastinate_jobs": ("lock", "queueing_lock"),
    }
)
"""Table → columns with words that staff wrote, in which a name or an address may stand."""
RECORDS: Final[Columns] = MappingProxyType(
    {
        "alert": ("written_by",),
        "record_version": ("content",),
        "sign_build": ("options",),
        "sign_build_item": ("problems",),
        "sign_event": ("details",),
        "wifi_edit": ("before", "after"),
        "wifi_proposal": ("asked", "answer"),
        f"{SCHEMA}.procrastinate_jobs": ("args",),
    }
)
"""The same as JSON."""
OWN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "account": "each.id = :id",
        "sign_in": "each.account_id = :id",
        "passkey": "each.account_id = :id",
        "recovery_code": "each.account_id = :id",
        "account_event": "each.account_id = :id",
        "letter": "each.recipient = :email",
    }
)
"""Table → SQL on a row, as `each`: whether it is about the person, and goes with the account."""
SECRETS: Final[Columns] = MappingProxyType(
    {
        "account": ("password", "totp", "totp_step", "handle", "link_hash"),
        "letter": ("body",),
        "passkey": ("credential", "public_key"),
        "recovery_code": ("hash",),
        "sign_in": ("token_hash",),
        f"{SCHEMA}.procrastinate_jobs": ("args",),
    }
)
"""Table → columns that let somebody in, or serve that alone: not handed out, not even to the person."""
NOBODYS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "account.name": "goes with the account",
        "account.email": "goes with the account",
        "letter.recipient": "goes with the account",
        "passkey.name": "goes with the account",
        "import_batch.who": "a number, as the trail says it",
        "record_version.who": "a number, as the trail says it",
        "risk_zone.reported_by": "who reported a zone, as it is published: an office or an association",
        "import_row.name": "of a thing in a file; gone within a week",
        "alert.sender": "of the commune, as it signs its warnings",
        "embed_rule.name": "a partner: an organisation, not a private person",
        "building.names": "of buildings, from OpenStreetMap",
        "osm_feature.names": "of places, from OpenStreetMap",
        "street_segment.names": "of streets, from OpenStreetMap",
        "ready_feature.names": "of places that are published",
        "stored_tile.name": "of a tile",
        "wifi_hotspot.name": "of a place",
        "osm_import.file_name": "of a file",
        f"{SCHEMA}.procrastinate_jobs.queue_name": "of a queue",
        f"{SCHEMA}.procrastinate_jobs.task_name": "of a task",
        f"{SCHEMA}.procrastinate_periodic_defers.task_name": "of a task",
    }
)
"""Table.column → why it needs no word here though it sounds like a person's."""


def tables() -> list[str]:
    """Every table that may hold something of a person, by name."""
    return sorted({*NAMES, *WORDS, *RECORDS, *OWN})
