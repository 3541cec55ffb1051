"""Orders for artworks: which signs, how, and how far each order is."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.db import is_id
from core.errors import Conflict, Invalid, NotFound
from geo.vocabulary import N_
from qr_signs import symbol
from qr_signs.artwork import sizes
from qr_signs.models import Sign, SignBuild, SignBuildItem

MOST_SIGNS: Final = 2000
"""Signs that one order may hold."""
JOB: Final = "signs.build"
SHEETS: Final = {"SRA3": (320, 450), "A3": (297, 420), "A2": (420, 594), "A1": (594, 841), "A0": (841, 1189)}
"""Press sheets that signs may be imposed on, width and height in millimetres."""


@dataclass(frozen=True)
class Options:
    """How signs are to be made."""

    size: str = "A4"
    level: str = "H"
    distance_m: float | None = None
    languages: tuple[str, ...] = ()
    """Further ones, beyond the commune's."""
    arrow: str = ""
    sheet: str = ""
    """Press sheet to impose on; empty: one PDF a sign only."""

    def checked(self) -> sizes.Sheet:
        """The size asked for; Invalid names what cannot be."""
        if self.level not in symbol.LEVELS:
            raise Invalid("level", N_("%(level)s is no level: L, M, Q or H."), level=self.level[:20])
        if self.sheet and self.sheet not in SHEETS:
            raise Invalid(
                "sheet",
                N_("%(sheet)s is no press sheet: %(sheets)s."),
                sheet=self.sheet[:20],
                sheets=", ".join(SHEETS),
            )
        return sizes.read(self.size, self.distance_m)

    def as_json(self) -> dict[str, Any]:
        """For the order's row."""
        return asdict(self)

    @staticmethod
    def of(kept: Mapping[str, Any]) -> "Options":
        """From the order's row."""
        known = {each.name for each in fields(Options)}
        given = {name: value for name, value in kept.items() if name in known}
        return Options(**{**given, "languages": tuple(given.get("languages", ()))})


@dataclass(frozen=True)
class Progress:
    """An order's row with the number of its signs in each state."""

    build: SignBuild
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        """Signs in all."""
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        """Signs that are made or failed."""
        return self.total - self.counts.get("waiting", 0)


def place(session: Session, codes: Sequence[str], options: Options, *, by: str) -> SignBuild:
    """A new order; the caller commits. `codes` empty: every sign that is not withdrawn.

    Invalid for codes that are no signs or withdrawn, for sizes that cannot be, and for more than MOST_SIGNS.
    """
    options.checked()
    chosen = list(dict.fromkeys(codes)) or every(session)
    if not chosen or len(chosen) > MOST_SIGNS:
        raise Invalid("codes", N_("An order holds 1 to %(most)s signs."), most=MOST_SIGNS)
    asked = select(Sign.code, Sign.withdrawn_at).where(Sign.code.in_(chosen))
    known = {code: withdrawn for code, withdrawn in session.execute(asked)}
    for code in chosen:
        if code not in known:
            raise Invalid("codes", N_("No sign has the code %(code)s."), code=code[:20])
        if known[code] is not None:
            raise Invalid("codes", N_("Sign %(code)s is withdrawn: it is not printed any more."), code=code)
    build = SignBuild(asked_by=by, options=options.as_json(), state="waiting")
    build.items = [
        SignBuildItem(ordinal=ordinal, code=code, state="waiting", problems=[], files={})
        for ordinal, code in enumerate(chosen, 1)
    ]
    session.add(build)
    session.flush()
    return build


def every(session: Session) -> list[str]:
    """Codes of all signs that are in use, by code."""
    query = select(Sign.code).where(Sign.withdrawn_at.is_(None), Sign.feature_id.is_not(None))
    return list(session.scalars(query.order_by(Sign.code).limit(MOST_SIGNS + 1)))


def find(session: Session, build_id: int) -> SignBuild:
    """An order; NotFound."""
    build = session.get(SignBuild, build_id) if is_id(build_id) else None
    if build is None:
        raise NotFound(N_("There is no such order."))
    return build


def progress(session: Session, build: SignBuild) -> Progress:
    """How far it is."""
    query = (
        select(SignBuildItem.state, func.count())
        .where(SignBuildItem.build_id == build.id)
        .group_by(SignBuildItem.state)
    )
    return Progress(build, {state: many for state, many in session.execute(query)})


def items(session: Session, build_id: int, *, limit: int, offset: int = 0) -> Sequence[SignBuildItem]:
    """Signs of an order, in its order."""
    query = select(SignBuildItem).where(SignBuildItem.build_id == build_id)
    return session.scalars(query.order_by(SignBuildItem.ordinal).limit(limit).offset(offset)).all()


def item(session: Session, build_id: int, code: str) -> SignBuildItem:
    """One sign of an order; NotFound."""
    query = select(SignBuildItem).where(SignBuildItem.build_id == build_id, SignBuildItem.code == code)
    found = session.scalars(query).one_or_none() if is_id(build_id) else None
    if found is None:
        raise NotFound(N_("This order has no such sign."))
    return found


def listed(session: Session, *, limit: int, offset: int = 0) -> list[Progress]:
    """Orders, newest first. Two queries."""
    query = select(SignBuild).order_by(SignBuild.id.desc()).limit(limit).offset(offset)
    builds = session.scalars(query).all()
    rows = session.execute(
        select(SignBuildItem.build_id, SignBuildItem.state, func.count())
        .where(SignBuildItem.build_id.in_([build.id for build in builds]))
        .group_by(SignBuildItem.build_id, SignBuildItem.state)
    )
    counts: dict[int, Counter[str]] = {}
    for build_id, state, many in rows:
        counts.setdefault(build_id, Counter())[state] = many
    return [Progress(build, counts.get(build.id, Counter())) for build in builds]


def number(session: Session) -> int:
    """How many orders there are."""
    return session.scalar(select(func.count()).select_from(SignBuild)) or 0


def stop(session: Session, build: SignBuild, *, now: datetime) -> None:
    """Have an order end before its next sign; what is made stays. Conflict if it has ended."""
    if build.state not in ("waiting", "running"):
        raise Conflict(N_("This order has ended already."))
    build.state, build.ended_at = "stopped", now


def resume(session: Session, build: SignBuild) -> None:
    """Have a stopped or failed order go on where it was. Conflict if it is running or done."""
    if build.state not in ("stopped", "failed"):
        raise Conflict(N_("This order cannot go on: it is running or done."))
    build.state, build.ended_at, build.problem = "waiting", None, None
