"""A commune that is lived in: the shipped one with people, letters, lives of signs, plans, files and jobs."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select, text

from core import files, jobs, mail
from core.accounts import Role
from core.backups.making import Holdings
from core.db import Engine, Session, session_of
from core.people import limits, register, second, sessions
from core.people.models import Passkey
from core.settings import Settings
from geo.wifi.models import Comment, Edit, Proposal, StatusChange, Survey
from portal.accounts import letters
from portal.cli import load
from qr_signs import reports
from qr_signs.models import Sign, SignArtwork, SignBuild, SignBuildItem, SignEvent, SignWording
from tests.core import lived_map
from tests.wifi_plans import hotspot, scenario

NOW: Final = datetime(2026, 3, 1, 9, tzinfo=UTC)
NAME, EMAIL = "Yasmina Oubella-Test", "y.oubella@commune.example"
"""The person whom tests export and erase."""
OTHER, OTHER_EMAIL = "Brahim Asni", "b.asni@commune.example"
PASSWORD = "palm walls seven donkeys"


@dataclass(frozen=True)
class Life:
    """Who lives in the database."""

    person: int
    other: int


def holdings(engine: Engine, folder: Path, *, key: str = "") -> Holdings:
    """The database, with files and keys in a folder of the test's own."""
    state = folder / "state"
    state.mkdir(parents=True, exist_ok=True)
    return Holdings(engine, Settings(BACKUP_KEY=key, FILES_DIR=str(folder / "files")), state)


def live(engine: Engine, shipped: Path, settings: Settings) -> Life:
    """Load the commune and let people work in it; every act has a person behind it."""
    load(engine, shipped, Path(settings.FILES_DIR))
    with session_of(engine) as session:
        other = _person(session, settings, OTHER_EMAIL, OTHER, [Role.ADMIN], by="athar user")
        person = _person(session, settings, EMAIL, NAME, [Role.STAFF, Role.PLANNER], by=OTHER)
        session.commit()
        _signs(session, settings)
        _plans(session)
        lived_map.work(session, NAME, now=NOW)
        jobs.defer(session, letters.FORGOT, lock=f"forgot:{EMAIL}", email=EMAIL, base="https://athar.example")
        session.commit()
        with_key = limits.key("test", "password", EMAIL)
        limits.count(session, with_key, free=5, now=NOW)
    return Life(person, other)


def _person(
    session: Session, settings: Settings, email: str, name: str, roles: list[Role], *, by: str
) -> int:
    account, token = register.invite(session, email, name, lang="fr", roles=roles, by=by, now=NOW)
    letters.invite(session, settings, account, token, by, "https://athar.example")
    register.take_up(session, token, PASSWORD, now=NOW)
    sessions.begin(session, account, "password", "Firefox/130 Linux", now=NOW)
    account.totp = b"sealed"
    second.new_codes(session, account)
    session.add(
        Passkey(
            account_id=account.id, credential=email.encode(), public_key=b"key", sign_count=3,
            name=f"Telephone of {name}"[:60], created_at=NOW,
        )
    )  # fmt: skip
    register.note(session, account, "letter", name, "", now=NOW)
    return account.id


def _signs(session: Session, settings: Settings) -> None:
    codes = session.scalars(select(Sign.code).order_by(Sign.code).limit(3)).all()
    photo = files.keep(Path(settings.FILES_DIR), b"a photo, for all we know")
    artwork = SignArtwork(
        code=codes[0], sha256="a" * 64, size="A4", template="panel", payload="HTTPS://X.Y/Q/Z", level="H",
        version=3, module_mm=2.0, content_hash="c" * 64, passed=True, report={"read": [1, 2]},
    )  # fmt: skip
    build = SignBuild(asked_by=NAME, options={"size": "A4"}, state="done")
    build.items = [SignBuildItem(ordinal=0, code=codes[0], state="print")]
    session.add_all([artwork, build])
    session.flush()
    for kind, code in (("printed", codes[0]), ("installed", codes[1])):
        note = f"asked {NAME}, {EMAIL.upper()}, about the wall"
        session.add(
            SignEvent(code=code, kind=kind, at=NOW, person=NAME, note=note, photo=photo, details={"by": NAME})
        )
    session.add(SignEvent(code=codes[2], kind="printed", at=NOW, person=OTHER, note=None))
    session.add(SignWording(code=codes[0], content_hash="c" * 64, person=NAME))
    sign = session.get(Sign, codes[0])
    assert sign is not None
    reports.file(session, sign, "damaged", "the glass is broken", now=NOW)
    session.flush()
    session.execute(
        text("UPDATE sign_report SET settled_by = :name, settled_at = :now"), {"name": NAME, "now": NOW}
    )
    session.execute(text("INSERT INTO scan_day VALUES (:code, '2026-02-28', 'ar', 7)"), {"code": codes[0]})


def _plans(session: Session) -> None:
    plan = scenario(session)
    plan.made_by = plan.approved_by = NAME
    spot = hotspot(session, plan, "h1", (-8.88, 30.47), changed_by=NAME, note=f"{NAME} has the key")
    record: dict[str, Any] = {"key": "h1", "changed_by": NAME, "note": f"call {EMAIL}"}
    session.add_all(
        [
            StatusChange(hotspot_id=spot.id, before="planned", after="approved", by=NAME, at=NOW, note=""),
            Edit(
                scenario_id=plan.id, act="change", before=[record], after=[record], revision=1, by=NAME,
                undone_by=NAME, at=NOW,
            ),
            Comment(scenario_id=plan.id, text=f"{NAME} says: ask the school.", by=NAME, shown=True, at=NOW),
            Comment(scenario_id=plan.id, text="More shade", by=None, shown=False, at=NOW - timedelta(days=9)),
            Survey(
                scenario_id=plan.id, title="Walk", digest="d" * 64, by=NAME, at=NOW,
                used_by=NAME, used_at=NOW,
            ),
            Proposal(scenario_id=plan.id, asked={"by": NAME}, by=NAME, asked_at=NOW, state="optimal"),
        ]
    )  # fmt: skip


def spool(settings: Settings) -> list[Path]:
    """The letters that lie in the spool folder."""
    return sorted(mail.spool(settings).iterdir())
