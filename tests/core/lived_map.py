"""What people do with the map at the desk, for tests of what is kept of them."""

from datetime import datetime, timedelta

from sqlalchemy import select

from core.db import Session
from core.trail.who import TrailPerson
from geo.alerts.models import Alert
from geo.editing.importing.models import ImportBatch
from geo.editing.models import Record, RecordPart, RecordVersion
from geo.models import Feature
from geo.pictures.models import Picture
from geo.translating.models import Term, TranslationNote

AREA = "SRID=4326;MULTIPOLYGON(((-8.88 30.47, -8.87 30.47, -8.87 30.48, -8.88 30.47)))"


def work(session: Session, name: str, *, now: datetime) -> None:
    """Let somebody edit, translate, import, photograph and warn; their name stands behind all of it."""
    record = Record(layer="monuments", key="made-at-the-desk", from_folder=False, made_at=now)
    thing = session.scalars(select(Feature.id).where(Feature.layer == "monuments").limit(1)).one()
    session.add_all([record, TrailPerson(id=4711, name=name)])
    session.flush()
    part = {"record_id": record.id, "part": "facts", "by": name, "at": now}
    session.add_all(
        [
            RecordPart(**part, state="draft", latest=1, published=None),
            RecordVersion(
                **part, number=1, content={"sources": ["a book"]}, origin="desk", who="account:1"
            ),
            TranslationNote(layer="monuments", key="walls", lang="ar", said=f"{name} asks", by=name, at=now),
            Term(
                term="bab", folded="bab", kind="name", forms={"fr": "Bab"}, note=name, source=name, by=name,
                at=now,
            ),
            ImportBatch(
                layer="places", title=f"{name}.csv", form="csv", columns=[], remarks=[], mapping={},
                stage="mapping", who="account:1", by=name, roles=[], at=now,
            ),
            Picture(
                feature_id=thing, sha256="d" * 64, width=640, height=480, colour="aabbcc", author=name,
                licence="CC-BY-4.0", licence_note=name, source=name, ordinal=1, state="withdrawn", version=1,
                problem="", created_at=now, created_by=name, published_by=name, withdrawn_by=name,
            ),
            Alert(
                identifier="tiny.1", kind="Alert", status="Exercise", sender="tiny.example",
                hazard="flooding", urgency="Expected", severity="Minor", certainty="Possible", onset=now,
                expires=now + timedelta(hours=3),
                place="commune", area=AREA, drafted_at=now, written_by=[{"who": "account:1", "name": name}],
                issued_by=name, sent=now,
            ),
        ]
    )  # fmt: skip
