"""From the register to contents: what each sign of an order says, and whether it may be printed yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import fonts
from core.errors import Invalid
from core.languages import LANGUAGES
from geo import signage
from geo.commune import Commune
from geo.published import Published
from geo.shapes import LonLat
from geo.vocabulary import N_
from qr_signs import payload, tags
from qr_signs.artwork import content
from qr_signs.models import Sign, SignWording

NO_HOST: Final = N_("No short host is set: put SIGN_HOST, or host under [signs] in commune.toml.")
NOT_READ: Final = N_("A person must approve the wording: some of it is a machine's draft.")
OTHER_FONTS: Final = N_("The fonts of this machine are not those that signs were proofed with: %(which)s")


@dataclass(frozen=True)
class Composed:
    """A sign that can be drawn. `reasons` tell why it is only a proof, as message and values."""

    content: content.Content
    dated: datetime
    reasons: tuple[tuple[str, Mapping[str, str]], ...]


def host_of(commune: Commune, sign_host: str, public_url: str) -> str:
    """The short host: the setting, else the commune's, else that of the public address if it is short enough.

    payload.PROOF_HOST where none is decided. Invalid for one that is no host or too long.
    """
    if given := sign_host or commune.signs.host:
        return payload.checked_host(given)
    host = urlsplit(public_url or commune.public_url).hostname or ""
    return host if 0 < len(host) <= payload.LONGEST_HOST and "." in host else payload.PROOF_HOST


def design_of(commune: Commune, host: str, extra: Sequence[str] = ()) -> content.Design:
    """The commune's design, with further languages (es, de) if an order asks for them."""
    languages = tuple(dict.fromkeys([*commune.signs.languages, *extra]))
    for lang in languages:
        if lang not in LANGUAGES:
            raise Invalid("languages", N_("%(lang)s is no language of this map."), lang=lang[:20])
    named = {lang: said.text for lang, said in commune.names.items()}
    return content.Design(
        languages=languages,
        text_languages=(*commune.signs.text_languages, *(lang for lang in extra if lang in LANGUAGES)),
        host=host,
        crests=commune.signs.crests,
        commune={lang: named.get(lang) or next(iter(named.values())) for lang in languages},
    )


def ensure_tags(session: Session, key: str, codes: Sequence[str]) -> None:
    """Give signs that have none their tag, for ever; the caller commits."""
    bare = select(Sign).where(Sign.code.in_(codes), Sign.tag.is_(None)).with_for_update()
    for sign in session.scalars(bare):
        sign.tag = tags.tag(key, sign.code)


def compose(
    session: Session,
    published: Published,
    design: content.Design,
    codes: Sequence[str],
    *,
    arrow: str = "",
) -> dict[str, Composed | Invalid]:
    """The content of each sign, or why it cannot be made. Four queries, however many signs."""
    signs = {sign.code: sign for sign in session.scalars(select(Sign).where(Sign.code.in_(codes)))}
    ids = {sign.feature_id for sign in signs.values() if sign.feature_id is not None}
    told = signage.about(session, ids, published.commune.metric_crs)
    standing = {
        code: (LonLat(sign.lon, sign.lat), sign.feature_id)
        for code, sign in signs.items()
        if sign.lon is not None and sign.lat is not None and sign.feature_id is not None
    }
    views = signage.views(session, standing, published.commune.metric_crs)
    read = session.execute(
        select(SignWording.code, SignWording.content_hash).where(SignWording.code.in_(codes))
    )
    approved = {(code, words) for code, words in read}
    found: dict[str, Composed | Invalid] = {}
    for code in codes:
        try:
            made = _one(signs.get(code), code, told, views.get(code), design, published, arrow)
        except Invalid as wrong:
            found[code] = wrong
        else:
            found[code] = replace(made, reasons=_reasons(made.content, approved))
    return found


def _one(
    sign: Sign | None,
    code: str,
    told: Mapping[int, signage.Told],
    view: signage.View | None,
    design: content.Design,
    published: Published,
    arrow: str,
) -> Composed:
    if sign is None:
        raise Invalid("code", N_("No sign has the code %(code)s."), code=code[:20])
    if sign.withdrawn_at is not None:
        raise Invalid("code", N_("Sign %(code)s is withdrawn: it is not printed any more."), code=code)
    thing = told.get(sign.feature_id or 0)
    if thing is None:
        raise Invalid("code", N_("Sign %(code)s leads to nothing on the map."), code=code)
    made = content.compose(
        thing, code, sign.tag or "", design, published.ground, view=view, facing=sign.facing, arrow=arrow
    )
    return Composed(made, thing.changed_at.astimezone(UTC), ())


def _reasons(
    made: content.Content, approved: set[tuple[str, str]]
) -> tuple[tuple[str, Mapping[str, str]], ...]:
    reasons: list[tuple[str, Mapping[str, str]]] = []
    if made.design.host == payload.PROOF_HOST:
        reasons.append((NO_HOST, {}))
    if made.drafts and (made.code, made.wording) not in approved:
        reasons.append((NOT_READ, {}))
    if other := fonts.changed():
        reasons.append((OTHER_FONTS, {"which": ", ".join(other)}))
    return tuple(reasons)
