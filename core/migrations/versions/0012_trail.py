"""The trail: every change by anyone, chained, in a table that is only ever added to."""

import sqlalchemy as sa
from alembic import op

from core.trail import making

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

SECRETS = ("email", "name", "password", "totp", "totp_step", "handle", "link_hash")
WATCHED: dict[str, dict[str, tuple[str, ...]]] = {
    "commune": {"unseen": ("version", "loaded_at", "checked_on")},
    "account": {"hidden": (*SECRETS, "created_by")},
    "passkey": {"hidden": ("credential", "public_key", "name"), "unseen": ("sign_count", "used_at")},
    "recovery_code": {"key": ("account_id",), "hidden": ("hash",)},
    "embed_rule": {"hidden": ("token",)},
    "recording": {"hidden": ("speaker",)},
    "sign": {"key": ("code",), "hidden": ("tag", "spot", "manager")},
    "sign_artwork": {},
    "sign_build": {"hidden": ("asked_by", "problem", "options")},
    "sign_event": {"hidden": ("person", "note", "details")},
    "sign_report": {"hidden": ("note", "settled_by")},
    "sign_wording": {"key": ("code", "content_hash"), "hidden": ("person",)},
    "wifi_comment": {"hidden": ("by", "text")},
    "wifi_edit": {"hidden": ("by", "undone_by", "before", "after")},
    "wifi_hotspot": {"hidden": ("changed_by", "note")},
    "wifi_proposal": {"hidden": ("by", "asked", "answer"), "unseen": ("progress",)},
    "wifi_scenario": {"hidden": ("made_by", "approved_by", "title")},
    "wifi_status_change": {"hidden": ("by", "note")},
    "wifi_survey": {"hidden": ("by", "used_by", "title")},
}
"""The trail names people by number (core/trail/who.py); columns in which a name or an address may stand,
which may have to be erased, are not told (core/persons/columns.py).
"""


def upgrade() -> None:
    """Make the trail and watch what people change."""
    op.create_table(
        "trail_person",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(80), nullable=False),
    )
    making.make()
    for table, how in WATCHED.items():
        making.watch(table, **how)


def downgrade() -> None:
    """Stop watching; a sealed trail stays."""
    for table in WATCHED:
        making.unwatch(table)
    making.drop()
    op.drop_table("trail_person")
