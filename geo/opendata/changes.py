"""What changed last, over all public layers: for feeds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.languages import Said
from geo.features import as_said, best_name
from geo.models import Feature
from geo.vocabulary import PRIVATE_LAYERS


class Change(NamedTuple):
    """A thing that came or changed; `gone` when it was withdrawn."""

    layer: str
    key: str
    kind: str
    name: Said
    at: datetime
    gone: bool
    licence: str


def latest(session: Session, order: Sequence[str], *, limit: int, offset: int = 0) -> list[Change]:
    """The last changes, newest first; of equal times the newest row."""
    at: Any = func.coalesce(Feature.withdrawn_at, Feature.changed_at)
    query = (
        select(
            Feature.layer,
            Feature.key,
            Feature.kind,
            best_name(Feature.id, order).label("name"),
            at.label("at"),
            Feature.withdrawn_at,
            Feature.licence,
        )
        .where(Feature.layer.not_in(PRIVATE_LAYERS))
        .order_by(at.desc(), Feature.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [
        Change(
            row.layer,
            row.key,
            row.kind,
            as_said(row.name, row.key),
            row.at,
            row.withdrawn_at is not None,
            row.licence,
        )
        for row in session.execute(query)
    ]
