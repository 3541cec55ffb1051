"""What staff do with pictures: bring them, say what they show, publish, order and withdraw them."""

import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from core import jobs
from core.db import is_id
from core.errors import Conflict, Invalid, NotFound
from core.imaging import renditions
from core.imaging.intake import Cleaned
from core.store import Store
from geo.commune import Commune
from geo.models import Feature
from geo.pictures import making
from geo.pictures.licences import LICENCES, PERMISSION
from geo.pictures.models import DRAFT, PUBLISHED, WITHDRAWN, Picture, PictureAlt
from geo.vocabulary import N_

PICTURED: Final = ("monuments", "places", "walls", "quarters", "routes")
"""Layers whose things have pictures."""
MOST: Final = 40
"""Pictures of one thing that are not withdrawn."""
LONGEST: Final[Mapping[str, int]] = {"author": 120, "licence_note": 300, "source": 300, "alt": 500}
"""Characters."""
TIDY_LOCK: Final = 0x70696374
"""Advisory lock: files of no picture are deleted only while nobody brings one."""


@dataclass(frozen=True)
class Words:
    """What is said of a picture. `alts` is language → text; those in `drafted` no person has checked."""

    author: str = ""
    licence: str = ""
    licence_note: str = ""
    source: str = ""
    taken_on: str = ""
    alts: Mapping[str, str] = field(default_factory=dict)
    drafted: Collection[str] = ()


def required(commune: Commune) -> tuple[str, ...]:
    """Languages in which a published picture must say what it shows: the source's, and those of signs."""
    return tuple(dict.fromkeys([commune.source_language, *commune.signs.text_languages]))


def lacking(picture: Picture, languages: Sequence[str]) -> list[str]:
    """What a picture needs before it is published: author, licence, sizes, and languages of its text."""
    said = {alt.lang for alt in picture.alts}
    return [
        *(["author"] if not picture.author else []),
        *(["licence"] if not picture.licence else []),
        *(["sizes"] if picture.ready_at is None else []),
        *(lang for lang in languages if lang not in said),
    ]


def bring(
    session: Session, files: Store, feature_id: int, cleaned: Cleaned, words: Words, *, by: str, now: datetime
) -> Picture:
    """A new draft of a thing; what the thing has already is only shown again. The caller commits.

    Files are put first: a picture in the database has its files, whatever happens in between. Conflict for a
    thing that has MOST pictures; Unavailable if the store is away.
    """
    session.execute(text("SELECT pg_advisory_xact_lock_shared(:lock)"), {"lock": TIDY_LOCK})
    for name, data in cleaned.files.items():
        files.put(renditions.key(cleaned.sha256, name), io.BytesIO(data))
    # One after the other at one thing: order and number are theirs to count.
    session.execute(select(Feature.id).where(Feature.id == feature_id).with_for_update(key_share=True))
    same = select(Picture).where(Picture.feature_id == feature_id, Picture.sha256 == cleaned.sha256)
    picture = session.scalars(same).one_or_none()
    if picture is None:
        picture = _new(session, feature_id, cleaned, by, now)
        describe(picture, words)
    elif picture.state == WITHDRAWN:
        _as_draft(picture)
    jobs.defer(session, making.JOB, lock=f"{making.JOB}:{cleaned.sha256}", sha256=cleaned.sha256)
    session.flush()
    return picture


def _new(session: Session, feature_id: int, cleaned: Cleaned, by: str, now: datetime) -> Picture:
    there = select(func.count(), func.max(Picture.ordinal)).where(
        Picture.feature_id == feature_id, Picture.state != WITHDRAWN
    )
    many, last = session.execute(there).one()
    if many >= MOST:
        raise Conflict(N_("There are %(most)s pictures here already. Withdraw one first."), most=MOST)
    picture = Picture(
        feature_id=feature_id,
        sha256=cleaned.sha256,
        width=cleaned.width,
        height=cleaned.height,
        colour=cleaned.colour,
        ordinal=(last or 0) + 1,
        state=DRAFT,
        version=0,
        problem="",
        created_at=now,
        created_by=by,
    )
    session.add(picture)
    return picture


def one(session: Session, feature_id: int, picture_id: int, seen: int | None = None) -> Picture:
    """A picture of this very thing, held until the transaction ends.

    NotFound for another's; Conflict if it was changed since `seen`, its version then.
    """
    query = select(Picture).where(Picture.id == picture_id, Picture.feature_id == feature_id)
    picture = session.scalars(query.with_for_update()).one_or_none() if is_id(picture_id) else None
    if picture is None:
        raise NotFound(N_("There is no such picture here."))
    if seen is not None and picture.version != seen:
        raise Conflict(N_("Somebody else changed this picture meanwhile. Look at it, and try again."))
    return picture


def describe(picture: Picture, words: Words, languages: Sequence[str] = ()) -> None:
    """Say of a picture what the words say, in those languages. Invalid names what is wrong with them.

    A published one must go on having what publishing asks for: see `check`.
    """
    if words.licence and words.licence not in LICENCES:
        raise Invalid("licence", N_("Choose the licence from the list."))
    picture.author = _line("author", words.author)
    picture.licence = words.licence
    picture.licence_note = _line("licence_note", words.licence_note)
    picture.source = _line("source", words.source)
    picture.taken_on = _day(words.taken_on)
    if picture.licence == PERMISSION and not picture.licence_note:
        raise Invalid("licence_note", N_("Write down what the author permitted, and when."))
    there = {alt.lang: alt for alt in picture.alts}
    for lang in languages:
        said = _line("alt", words.alts.get(lang, ""))
        if said and lang in there:
            there[lang].text, there[lang].state = said, _state(lang, words)
        elif said:
            picture.alts.append(PictureAlt(lang=lang, text=said, state=_state(lang, words)))
        elif lang in there:
            picture.alts.remove(there[lang])
    picture.version += 1


def tell(session: Session, picture_id: int, lang: str, typed: str, *, seen: int) -> Picture:
    """Say what a published picture shows, in one language, by a person. The caller commits.

    NotFound for one that is not public; Conflict if it was changed since `seen`; Invalid for no text.
    """
    known = session.get(Picture, picture_id) if is_id(picture_id) else None
    if known is None or known.state != PUBLISHED:
        raise NotFound(N_("There is no such picture here."))
    picture = one(session, known.feature_id, picture_id, seen)
    said = _line("alt", typed)
    if not said:
        raise Invalid("alt", N_("Write what the picture shows."))
    there = {alt.lang: alt for alt in picture.alts}
    if lang in there:
        there[lang].text, there[lang].state = said, _state(lang, Words())
    else:
        picture.alts.append(PictureAlt(lang=lang, text=said, state=_state(lang, Words())))
    picture.version += 1
    return picture


def check(picture: Picture, languages: Sequence[str]) -> None:
    """Invalid if the picture is published, or about to be, and something is lacking for it."""
    if lacking(picture, languages):
        raise Invalid("state", N_("A published picture needs everything that is listed as lacking."))


def publish(picture: Picture, languages: Sequence[str], *, by: str, now: datetime) -> None:
    """Show it to everybody. Invalid if something is lacking, Conflict for one that is no draft."""
    if picture.state != DRAFT:
        raise Conflict(N_("Only a draft can be published."))
    check(picture, languages)
    picture.state, picture.published_at, picture.published_by = PUBLISHED, now, by
    picture.version += 1


def withdraw(picture: Picture, *, by: str, now: datetime) -> None:
    """Show it to nobody any more. The row stays; files go later. Conflict for one that is withdrawn."""
    if picture.state == WITHDRAWN:
        raise Conflict(N_("This picture is withdrawn already."))
    picture.state, picture.withdrawn_at, picture.withdrawn_by = WITHDRAWN, now, by
    picture.version += 1


def restore(picture: Picture) -> None:
    """Make a withdrawn one a draft again. Conflict for another, or when its files are deleted."""
    if picture.state != WITHDRAWN:
        raise Conflict(N_("Only a withdrawn picture can be taken back."))
    if picture.gone_at is not None:
        raise Conflict(N_("The files of this picture are deleted. Send it again."))
    _as_draft(picture)


def _as_draft(picture: Picture) -> None:
    if picture.gone_at is not None:
        picture.ready_at = None
    picture.state, picture.gone_at = DRAFT, None
    picture.withdrawn_at, picture.withdrawn_by = None, None
    picture.version += 1


def move(session: Session, picture: Picture, *, up: bool) -> None:
    """Change places with the one before (or after) it; the first and the last stay where they are."""
    query = (
        select(Picture)
        .where(Picture.feature_id == picture.feature_id, Picture.state != WITHDRAWN)
        .order_by(Picture.ordinal, Picture.id)
        .with_for_update()
    )
    row = list(session.scalars(query))
    if picture not in row:
        raise Conflict(N_("This picture is withdrawn already."))
    at = row.index(picture)
    to = at - 1 if up else at + 1
    if 0 <= to < len(row):
        row[at], row[to] = row[to], row[at]
    for ordinal, each in enumerate(row, 1):
        each.ordinal = ordinal


def _state(lang: str, words: Words) -> str:
    return "machine" if lang in words.drafted else "reviewed"


def _line(name: str, typed: str) -> str:
    """What was typed, on one line; Invalid if it is too long or cannot be kept."""
    plain = " ".join(typed.split())
    if "\0" in plain:
        raise Invalid(name, N_("This text holds a character that cannot be kept."))
    if len(plain) > LONGEST[name]:
        raise Invalid(
            name,
            N_("%(length)s characters are too many; at most %(most)s."),
            length=len(plain),
            most=LONGEST[name],
        )
    return plain


def _day(typed: str) -> date | None:
    if not typed.strip():
        return None
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        raise Invalid("taken_on", N_("Write the day as 2026-11-24.")) from None
