"""Open data for people and portals: the page of downloads, files, walks as GPX and KML, catalogue, feed."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from flask import Blueprint, Response, current_app, g, render_template, request, send_file
from flask.typing import ResponseReturnValue

from core.accounts import Role, open_to
from core.db import db
from core.errors import NotFound, Problem
from core.translation import translate
from geo import routes
from geo.opendata import changes, crs, downloads, extents, items
from geo.opendata.imported import COLLECTIONS
from webmap.ogc import answers, asked
from webmap.ogc.answers import tagged
from webmap.opendata import catalogue as dcat
from webmap.opendata import csvw, files, walks

pages = Blueprint("opendata", __name__)
data = Blueprint("download", __name__)

ENTRIES: Final = 50
"""Changes on a page of the feed."""
FURTHEST: Final = 100
"""Pages of the feed at the most."""
NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""When an empty collection last changed."""
GPX: Final = "application/gpx+xml"
KML: Final = "application/vnd.google-earth.kml+xml"


@data.errorhandler(Problem)
def _told(problem: Problem) -> Response:
    return answers.exception(problem)


@pages.get("/data")
@open_to(Role.PUBLIC)
def people() -> ResponseReturnValue:
    """Every layer with its files, licences and last change, and how to open it in a GIS."""

    def told() -> Response:
        every = extents.every(db.reading, g.published.stamp)
        walk_list = routes.listed(db.session, g.order, g.commune.walking_speed_kmh)
        return Response(
            render_template(
                "opendata/data.html",
                collections=COLLECTIONS,
                extents=every,
                forms=dcat.FORMS,
                walks=walk_list,
                base=answers.base(),
                ld=csvw.datasets(every, g.commune, g.order, answers.base()),
            )
        )

    return tagged("html", told)


@pages.get("/routes/<key>.gpx")
@open_to(Role.PUBLIC)
def gpx(key: str) -> ResponseReturnValue:
    """A walk as GPX 1.1: a route, and its stops as waypoints."""
    return _walk(key, "gpx", GPX)


@pages.get("/routes/<key>.kml")
@open_to(Role.PUBLIC)
def kml(key: str) -> ResponseReturnValue:
    """A walk as KML 2.2."""
    return _walk(key, "kml", KML)


def _walk(key: str, ending: str, media: str) -> Response:
    page = routes.page(db.session, key, g.order, g.commune.walking_speed_kmh)
    address = f"{answers.base()}/{g.lang}/routes/{key}"
    credit = translate("© OpenStreetMap contributors (ODbL) and others")

    def told() -> Response:
        if ending == "gpx":
            body = walks.gpx(page, address, credit)
        else:
            body = walks.kml(page, items.line(db.session, "routes", key), address, credit)
        response = Response(body, content_type=media)
        response.headers["Content-Disposition"] = f'attachment; filename="{key}.{g.lang}.{ending}"'
        return response

    return tagged(ending, told)


@pages.get("/changes.atom")
@open_to(Role.PUBLIC)
def feed() -> ResponseReturnValue:
    """What changed last (RFC 4287), a page at a time (RFC 5005)."""
    page = asked.whole(request.args.get("page"), "page", 1, least=1, most=FURTHEST)

    def told() -> Response:
        found = changes.latest(db.reading, g.order, limit=ENTRIES + 1, offset=(page - 1) * ENTRIES)
        return Response(
            render_template(
                "opendata/changes.xml",
                entries=found[:ENTRIES],
                page=page,
                more=len(found) > ENTRIES and page < FURTHEST,
                base=answers.base(),
                title=translate(
                    "Changes to the open data of %(name)s", values={"name": g.commune.name(g.order).text}
                ),
                came=translate("Added or changed."),
                gone=translate("Withdrawn from the map."),
                updated=found[0].at if found else None,
            ),
            content_type="application/atom+xml; charset=utf-8",
        )

    return tagged("atom", told)


@data.get("/data/<name>.<ending>")
@open_to(Role.PUBLIC)
def download(name: str, ending: str) -> ResponseReturnValue:
    """A whole collection as a file; names in the language of `lang`."""
    items.find(name)
    given = asked.only(request.args.to_dict(flat=False), ("lang",), request.query_string)
    asked.language(given.get("lang"), g.commune.languages)
    form = next((form for form in dcat.FORMS if form.ending == ending), None)
    if form is None:
        raise NotFound("There is no such file.")
    # Files are told apart by the site's address too: they hold addresses of pages.
    path = files.kept(
        Path(current_app.config["SETTINGS"].FILES_DIR),
        g.published.stamp,
        f"{name}.{g.lang}.{files.short(answers.base())}.{ending}",
        _writer(name, ending),
    )
    response = send_file(
        path,
        mimetype=form.media,
        as_attachment=True,
        download_name=f"{name}.{g.lang}.{ending}",
        conditional=True,
    )
    response.headers["Cache-Control"] = "no-cache"
    response.headers.update(answers.EVERYWHERE)
    if ending == "csv":
        metadata = f"{answers.base()}/data/{name}.csv-metadata.json"
        response.headers["Link"] = f'<{metadata}>; rel="describedby"; type="application/csvm+json"'
    return response


@data.get("/data/<name>.csv-metadata.json")
@open_to(Role.PUBLIC)
def columns(name: str) -> ResponseReturnValue:
    """What the columns of a collection's CSV mean (CSV on the Web)."""
    told = csvw.table(name, items.find(name), answers.base())
    return tagged("csvw", lambda: answers.document(told, "application/csvm+json"))


def _writer(name: str, ending: str) -> Callable[[Path], None]:
    wanted = downloads.Asked(name, g.order, answers.base())
    if ending == "geojson":
        plain = next(iter(crs.offered(g.commune.metric_crs).values()))
        return lambda path: downloads.geojson(db.reading, wanted, plain, path)
    if ending == "csv":
        return lambda path: downloads.table(db.reading, wanted, path)
    changed_at = extents.of(db.reading, name, g.published.stamp).changed_at
    return lambda path: downloads.geopackage(db.reading, wanted, path, changed_at or NEVER)


@data.get("/catalogue.<syntax>")
@open_to(Role.PUBLIC)
def catalogue(syntax: str) -> ResponseReturnValue:
    """The catalogue for portals: DCAT-AP as Turtle, JSON-LD or RDF/XML."""
    if syntax not in dcat.SYNTAXES:
        raise NotFound("There is no such file.")

    def told() -> Response:
        every = extents.every(db.reading, g.published.stamp)
        text = dcat.written(syntax, g.commune, every, answers.base())
        return Response(text, content_type=f"{dcat.SYNTAXES[syntax][1]}; charset=utf-8")

    return tagged(syntax, told)
