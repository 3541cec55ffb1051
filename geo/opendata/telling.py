"""A feature as the text of GeoJSON. Of large collections that text is kept ready beside the data: to put a
thousand features of twenty properties together takes ten times as long as to fetch them.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.opendata import pictured
from geo.opendata.collections import (
    OWN,
    Collection,
    Property,
    as_points,
    from_clause,
    properties,
    published,
)
from geo.opendata.crs import Crs, offered
from geo.shapes import SRID

READY_FROM: Final = 500
"""Features from which on a collection's texts are kept ready."""
TOLD: Final = "(ready.names ?| CAST(:langs AS text[]) OR ready.names = '{}')"
"""SQL: whether the ready text can be told in the languages asked for."""
WHOLE: Final = "EXISTS (SELECT 1 FROM ready_whole WHERE CAST(:collection AS text) = ANY (collections))"
"""SQL: whether the collection's ready texts stand for all its features, as they are now."""
NEVER: Final = ("routes", "stops")
"""Collections whose shapes follow from other things: they are told from the data each time."""


def values(collection: Collection, order: Sequence[str], site: str) -> dict[str, Any]:
    """What the statements with `made` and `ready` have bound: languages in order, and the site's address."""
    told: dict[str, Any] = {"lang": order[0], "langs": list(order)}
    if collection.page or collection.pictured:
        told["site"] = site
    return told


def made(collection: Collection, crs: Crs) -> str:
    """SQL of a feature's text, from the data. Its name is `name`."""
    name = "'\"name\":' || COALESCE(to_json(name.text)::text, 'null')"
    lang = "',\"name_lang\":' || COALESCE(to_json(name.lang)::text, 'null')"
    more = _page(collection, "f.key") + _pictures(collection, "f.id")
    return f"{_head(collection, crs)} || {name} || {lang}{more} || {_rest(collection)}"


def ready(collection: Collection, order: Sequence[str]) -> str:
    """SQL of a feature's text, from its ready parts `ready`."""
    steps = [f"ready.names->'{lang}'" for lang in order]
    name = f"'\"name\":' || COALESCE({', '.join(steps)}, 'null'::jsonb)"
    cases = " ".join(f"WHEN ready.names ? '{lang}' THEN '\"{lang}\"'" for lang in order)
    lang = f"',\"name_lang\":' || CASE {cases} ELSE 'null' END"
    more = _page(collection, "ready.key") + _pictures(collection, "ready.row")
    return f"ready.head || {name} || {lang}{more} || ready.rest"


def as_ready(crs: Crs) -> bool:
    """Whether ready texts are in this reference system."""
    return crs.in_degrees and not crs.latitude_first


def rebuild(session: Session) -> None:
    """Bring the ready texts up to date: only those of features that changed are made. The caller commits.

    Who else writes to their sources meanwhile waits for that; then the texts are not whole any more.
    """
    session.execute(text("SELECT 1 FROM ready_whole FOR UPDATE"))
    for name, collection in OWN.items():
        if name not in NEVER:
            bound = {"collection": name}
            session.execute(text(_outdated(collection)), bound)
            session.execute(text(_missing(collection)), {**bound, "full": READY_FROM})
    # Without it the planner takes a table that was just filled for an empty one.
    session.execute(text("ANALYZE ready_feature"))
    whole = [
        name
        for name, collection in OWN.items()
        if as_points(collection) and session.scalar(text(_all_there(collection)), {"collection": name})
    ]
    session.execute(text("UPDATE ready_whole SET collections = CAST(:whole AS varchar[])"), {"whole": whole})


def _outdated(collection: Collection) -> str:
    return f"""
    DELETE FROM ready_feature AS r WHERE r.collection = CAST(:collection AS text) AND NOT EXISTS (
      SELECT 1 FROM {from_clause(collection)}
       WHERE {published(collection)} AND {collection.row} = r.row AND f.changed_at = r.changed_at)"""


def _missing(collection: Collection) -> str:
    """Neighbours on the ground become neighbours in the table (PostGIS sorts along a Hilbert curve): a box of
    the map is then read from few pages.
    """
    source, where, row = from_clause(collection), published(collection), collection.row
    plain = next(iter(offered(SRID).values()))
    names = """COALESCE((SELECT jsonb_object_agg(t.lang, t.text) FROM feature_text AS t
                          WHERE t.feature_id = f.id AND t.field = 'name'), '{}')"""
    return f"""
    INSERT INTO ready_feature (collection, row, changed_at, names, key, kind, place, head, rest)
    SELECT CAST(:collection AS text), {row}, f.changed_at, {names}, f.key, f.kind, f.place,
           {_head(collection, plain)}, {_rest(collection)}
      FROM {source}
     WHERE {where}
       AND (SELECT count(*) FROM (SELECT 1 FROM {source} WHERE {where} LIMIT :full) AS several) = :full
       AND NOT EXISTS (SELECT 1 FROM ready_feature AS r
                        WHERE r.collection = CAST(:collection AS text) AND r.row = {row})
     ORDER BY f.place, {row}"""


def _all_there(collection: Collection) -> str:
    """Whether each of its features has a text, and is found in a box by its place as by its shape."""
    return f"""
    SELECT EXISTS (SELECT 1 FROM ready_feature WHERE collection = CAST(:collection AS text))
       AND NOT EXISTS (
      SELECT 1 FROM {from_clause(collection)}
        LEFT JOIN ready_feature AS r
          ON r.collection = CAST(:collection AS text) AND r.row = {collection.row}
         AND r.changed_at = f.changed_at
       WHERE {published(collection)}
         AND (r.row IS NULL OR f.place IS NOT NULL AND (f.place && f.geom) IS NOT TRUE))"""


def _head(collection: Collection, crs: Crs) -> str:
    """Up to where the properties begin."""
    return (
        f'\'{{"type":"Feature","id":\' || to_json({collection.key}) || \',"geometry":\''
        f" || COALESCE(ST_AsGeoJSON({_shape(collection.geom, crs)}, {crs.digits}, 0), 'null')"
        " || ',\"properties\":{'"
    )


def _rest(collection: Collection) -> str:
    """The properties that are the same in every language, after a comma, and the closing braces."""
    apart = ("name", "name_lang", "pictures")
    own = {name: one for name, one in properties(collection).items() if name not in apart}
    pairs = ", ".join(f"'{name}', {_value(one)}" for name, one in own.items())
    return f"',' || substr(json_build_object({pairs})::text, 2) || '}}'"


def _page(collection: Collection, key: str) -> str:
    if not collection.page:
        return ""
    home = f"CAST(:site AS text) || '/' || CAST(:lang AS text) || '/{collection.page}/'"
    return f" || ',\"page\":' || to_json({home} || {key})"


def _pictures(collection: Collection, feature: str) -> str:
    return f" || ',\"pictures\":' || {pictured.of(feature)}" if collection.pictured else ""


def _value(one: Property) -> str:
    if one.kind == "date-time":
        return f'to_char({one.sql}, \'YYYY-MM-DD"T"HH24:MI:SS"Z"\')'
    return one.sql


def _shape(geom: str, crs: Crs) -> str:
    if crs.latitude_first:
        return f"ST_FlipCoordinates({geom})"
    return geom if crs.in_degrees else f"ST_Transform({geom}, {crs.srid})"
