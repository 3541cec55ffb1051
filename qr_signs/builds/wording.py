"""Approving what signs say: a named person read it. Other words need another reading."""

from collections.abc import Mapping, Sequence

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.errors import Invalid, Unavailable
from core.settings import Settings
from geo import published
from geo.vocabulary import N_
from qr_signs.builds import design, orders
from qr_signs.models import SignWording

LONGEST_PERSON = 120


def approve(
    session: Session, settings: Settings, codes: Sequence[str], *, by: str, extra: Sequence[str] = ()
) -> int:
    """Note that `by` read the present words of signs (`codes` empty: all); how many. The caller commits.

    Invalid for a sign whose words cannot be set at all.
    """
    person = " ".join(by.split())
    if not 2 <= len(person) <= LONGEST_PERSON or not person.isprintable():
        raise Invalid("by", N_("Give the name of the person who read the wording."))
    state = published.current(session)
    if state is None:
        raise Unavailable("No commune has been loaded yet. Its staff can run: athar load DIR")
    chosen = list(codes) or orders.every(session)
    host = design.host_of(state.commune, settings.SIGN_HOST, settings.PUBLIC_URL)
    design.ensure_tags(session, settings.SIGN_KEY, chosen)
    composed = design.compose(session, state, design.design_of(state.commune, host, extra), chosen)
    for code, each in composed.items():
        if isinstance(each, Invalid):
            raise each
        row = {"code": code, "content_hash": each.content.wording, "person": person}
        session.execute(insert(SignWording).values(row).on_conflict_do_nothing())
    return len(composed)


def standing(
    session: Session, settings: Settings, code: str, extra: Sequence[str]
) -> tuple[tuple[tuple[str, Mapping[str, str]], ...], tuple[str, ...]]:
    """Why a sign as it is now would be no more than a proof, and the languages of drafts nobody approved."""
    state = published.current(session)
    if state is None:
        return (), ()
    host = design.host_of(state.commune, settings.SIGN_HOST, settings.PUBLIC_URL)
    each = design.compose(session, state, design.design_of(state.commune, host, extra), [code])[code]
    if isinstance(each, Invalid):
        return ((each.message, {name: str(value) for name, value in each.values.items()}),), ()
    unread = any(message == design.NOT_READ for message, _ in each.reasons)
    return each.reasons, each.content.drafts if unread else ()
