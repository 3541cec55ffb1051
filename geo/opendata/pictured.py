"""Published pictures as the open data tells them: links to their sizes, author, licence and what they show.

Only those under an open licence: who takes open data takes the right to pass it on, and what an author
permitted to the commune alone is none. They are always read from the data, never from ready texts: what is
withdrawn is gone at once.
"""

from collections.abc import Mapping
from typing import Final

from core.imaging import renditions
from geo.pictures.licences import LICENCES
from geo.pictures.models import PUBLISHED

LARGE: Final = 1280
"""Pixels of width up to which the file is that stands for a picture."""
_OPEN: Final[Mapping[str, str]] = {code: one.address for code, one in LICENCES.items() if one.address}
"""SPDX identifier of an open licence → address of its text."""
_CODES: Final = ", ".join(f"'{code}'" for code in _OPEN)
_SHOWN: Final = f"p.state = '{PUBLISHED}' AND p.licence IN ({_CODES}) AND p.feature_id = {{feature}}"
_LICENCE: Final = (
    "CASE p.licence "
    + " ".join(f"WHEN '{code}' THEN '{address}'" for code, address in _OPEN.items())
    + " END"
)
_WIDTHS: Final = f"""
(SELECT step AS width FROM unnest(ARRAY{list(renditions.WIDTHS)}) AS step WHERE step < 0.9 * p.width
 UNION ALL SELECT p.width)"""
"""As in core.imaging.renditions.widths."""
_FILE: Final = "CAST(:site AS text) || '/pictures/' || p.sha256 || '/'"
_HEIGHT: Final = "greatest(1, round(p.height::float8 * size.width / p.width))::int"
_LARGEST: Final = f"(SELECT max(size.width) FROM {_WIDTHS} AS size WHERE size.width <= {LARGE})"
_SUFFIXES: Final = ", ".join(f"('{name}', '{media}')" for name, media in renditions.SUFFIXES.items())
_SIZES: Final = f"""
(SELECT json_agg(json_build_object('href', {_FILE} || size.width || '.' || suffix.name, 'type', suffix.media,
                                   'width', size.width, 'height', {_HEIGHT}) ORDER BY size.width, suffix.name)
   FROM {_WIDTHS} AS size
  CROSS JOIN (VALUES {_SUFFIXES}) AS suffix (name, media))"""
_ALTS: Final = """
(SELECT COALESCE(json_object_agg(a.lang, a.text ORDER BY a.lang), '{{}}')
   FROM picture_alt AS a WHERE a.picture_id = p.id)"""
_UNCHECKED: Final = """
(SELECT COALESCE(json_agg(a.lang ORDER BY a.lang), '[]')
   FROM picture_alt AS a WHERE a.picture_id = p.id AND a.state = 'machine')"""
_EACH: Final = f"""
json_build_object('href', {_FILE} || {_LARGEST} || '.webp', 'sizes', {_SIZES},
                  'author', p.author, 'licence', p.licence, 'licence_href', {_LICENCE},
                  'source', NULLIF(p.source, ''), 'taken_on', p.taken_on,
                  'alt', {_ALTS}, 'alt_unchecked', {_UNCHECKED})"""
ALL: Final = (
    f"(SELECT COALESCE(json_agg({_EACH} ORDER BY p.ordinal, p.id), '[]') FROM picture AS p WHERE {_SHOWN})"
)
"""SQL of a thing's pictures as JSON, in the order of its page; `{feature}` stands for its number."""
FIRST: Final = f"""
LEFT JOIN LATERAL (
  SELECT {_FILE} || {_LARGEST} || '.webp' AS href, p.author, p.licence, said.text AS alt
    FROM picture AS p
    LEFT JOIN LATERAL (
      SELECT a.text FROM picture_alt AS a WHERE a.picture_id = p.id
       ORDER BY array_position(CAST(:langs AS text[]), a.lang::text) NULLS LAST, a.lang LIMIT 1
      ) AS said ON true
   WHERE {_SHOWN} ORDER BY p.ordinal, p.id LIMIT 1
  ) AS first_picture ON true""".format(feature="f.id")
"""Joins the first picture of `f`, for tables: its text in the first of :langs that has one."""


def of(feature: str) -> str:
    """SQL of the pictures of the feature whose number that SQL gives."""
    return ALL.format(feature=feature)
