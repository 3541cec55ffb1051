"""Vector tiles: /tiles/{collection}/{z}/{x}/{y}.mvt, and what tells of them (OGC API – Tiles, TileJSON)."""

from typing import Any, Final

from flask import Blueprint, Response, current_app, g, request
from flask.typing import ResponseReturnValue

from core.accounts import Role, open_to
from core.db import db
from core.errors import Problem
from core.translation import translate
from geo.opendata import extents, items, tiles
from geo.shapes import Box
from webmap.ogc import answers, asked
from webmap.ogc.answers import JSON, document, link, tagged

blueprint = Blueprint("tiles", __name__)
MVT: Final = "application/vnd.mapbox-vector-tile"
QUAD: Final = "WebMercatorQuad"
SCHEME: Final = f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{QUAD}"
MERCATOR: Final = "http://www.opengis.net/def/crs/EPSG/0/3857"


@blueprint.errorhandler(Problem)
def _told(problem: Problem) -> Response:
    return answers.exception(problem)


@blueprint.get("/tiles/<name>/<int:z>/<int:x>/<int:y>.mvt")
@open_to(Role.PUBLIC, same_for_all=True)
def tile(name: str, z: int, x: int, y: int) -> ResponseReturnValue:
    """A tile; an empty one has no bytes."""
    _checked()
    body = tiles.stored(
        db.session,
        name,
        tiles.at(z, x, y),
        g.order,
        g.published.stamp,
        current_app.config["SETTINGS"].STORED_TILES,
    )
    db.session.commit()
    return Response(body, content_type=MVT, headers=answers.EVERYWHERE)


@blueprint.get("/tiles/<name>.json")
@open_to(Role.PUBLIC)
def tilejson(name: str) -> ResponseReturnValue:
    """The tiles of a collection as TileJSON 3.0, for MapLibre and QGIS."""
    _checked()
    collection = items.find(name)
    box = extents.of(db.reading, name, g.published.stamp).box or g.commune.bbox
    fields = {"key": translate("Permanent key of the thing"), "kind": translate("Kind of thing")}
    fields |= {"name": translate("Name"), "count": translate("How many things the mark stands for")}
    told = {
        "tilejson": "3.0.0",
        "name": translate(collection.title),
        "description": translate(collection.meaning),
        "attribution": translate("© OpenStreetMap contributors (ODbL) and others"),
        "tiles": [f"{answers.base()}/tiles/{name}/{{z}}/{{x}}/{{y}}.mvt?lang={g.lang}"],
        "minzoom": 0,
        "maxzoom": 18,
        "bounds": list(box),
        "center": [*_middle(g.commune.bbox), 13],
        "vector_layers": [{"id": name, "fields": fields}],
    }
    return tagged("json", lambda: document(told))


@blueprint.get("/ogc/collections/<name>/tiles")
@open_to(Role.PUBLIC)
def tilesets(name: str) -> ResponseReturnValue:
    """The tilesets of a collection: one."""
    _checked()
    items.find(name)
    home = f"{answers.base()}/ogc/collections/{name}/tiles"
    told = {
        "links": [link(home, "self", JSON)],
        "tilesets": [_tileset(name, home)],
    }
    return tagged("json", lambda: document(told))


@blueprint.get(f"/ogc/collections/<name>/tiles/{QUAD}")
@open_to(Role.PUBLIC)
def tileset(name: str) -> ResponseReturnValue:
    """The tileset of a collection."""
    _checked()
    box = extents.of(db.reading, name, g.published.stamp).box or g.commune.bbox
    told = _tileset(name, f"{answers.base()}/ogc/collections/{name}/tiles")
    told["boundingBox"] = {
        "lowerLeft": [box.west, box.south],
        "upperRight": [box.east, box.north],
        "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
    }
    told["layers"] = [{"id": name, "dataType": "vector"}]
    return tagged("json", lambda: document(told))


def _tileset(name: str, home: str) -> dict[str, Any]:
    template = f"{answers.base()}/tiles/{name}/{{tileMatrix}}/{{tileCol}}/{{tileRow}}.mvt"
    return {
        "title": translate(items.find(name).title),
        "dataType": "vector",
        "crs": MERCATOR,
        "tileMatrixSetURI": SCHEME,
        "links": [
            link(f"{home}/{QUAD}", "self", JSON),
            link(SCHEME, "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme", JSON),
            {**link(template, "item", MVT), "templated": True},
            link(f"{answers.base()}/tiles/{name}.json", "describedby", JSON, "TileJSON"),
        ],
    }


def _checked() -> None:
    given = asked.only(request.args.to_dict(flat=False), ("lang", "f"), request.query_string)
    asked.language(given.get("lang"), g.commune.languages)
    answers.wants_html(given.get("f", "json"))


def _middle(box: Box) -> tuple[float, float]:
    return round((box.west + box.east) / 2, 6), round((box.south + box.north) / 2, 6)
