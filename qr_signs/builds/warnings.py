"""What must be shouted: settings that no longer fit the signs that hang in the street."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.settings import Settings
from geo import published
from qr_signs import tags
from qr_signs.builds import design
from qr_signs.models import Sign, SignArtwork, SignEvent


def of(session: Session, settings: Settings) -> Iterator[str]:
    """Warnings, in English sentences; none while all is well. Three queries."""
    state = published.current(session)
    if state is None:
        return
    host = design.host_of(state.commune, settings.SIGN_HOST, settings.PUBLIC_URL)
    printed = {
        (urlsplit(payload).hostname or "").lower()
        for payload in session.scalars(
            select(SignArtwork.payload)
            .join(SignEvent, SignEvent.artwork_id == SignArtwork.id)
            .where(SignEvent.kind == "printed")
            .distinct()
        )
    }
    if others := sorted(printed - {host}):
        yield (
            f"signs were printed with the host {', '.join(others)}, and the short host is now {host}."
            f" Keep {', '.join(others)} leading here for ever, or those signs are dead."
        )
    sign = session.scalars(
        select(Sign).where(Sign.tag.is_not(None), Sign.printed_at.is_not(None)).limit(1)
    ).one_or_none()
    if sign is not None and sign.tag != tags.tag(settings.SIGN_KEY, sign.code):
        yield (
            "SIGN_KEY is not the key that printed signs were made with. They still work: the register keeps"
            " their tags. Look for the old key before the register is ever lost."
        )
