"""A plan to take away: GeoPackage for a GIS, bill of quantities for a spreadsheet, report for the council."""

import io
import tempfile
from pathlib import Path
from typing import Any, Final

from flask import Blueprint, Response, g, render_template, send_file
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape

from core import clock
from core.accounts import Role, open_to
from core.caching import unkept
from core.db import db
from core.errors import Conflict
from core.translation import number, translate
from geo.vocabulary import N_
from geo.wifi import rules, scenarios
from geo.wifi.exports import geopackage, preparing, quantities
from geo.wifi.exports.plan import Plan
from geo.wifi.rules import Finding
from geo.wifi.served.notes import NOTES
from geo.wifi.served.points import Note
from geo.wifi.warnings import WARNINGS, Warning
from webmap.planner import report, showing

blueprint = Blueprint(
    "planner_outputs", __name__, url_prefix="/planner/<key>", template_folder="../templates"
)
blueprint.after_request(unkept)

CSV: Final = "text/csv; charset=utf-8"
PDF: Final = "application/pdf"
GPKG: Final = "application/geopackage+sqlite3"
METHOD: Final = N_(
    "All coverage is computed, not measured: areas of a chance, for a telephone in the open."
    " Prices and limits that nobody has confirmed are assumptions."
)


@blueprint.get("/quantities.csv")
@open_to(Role.PLANNER)
def bill(key: str) -> ResponseReturnValue:
    """The bill of quantities in MAD."""
    plan = _plan(key)
    body = quantities.table(plan.bill, g.lang, translate)
    return _file(body, CSV, f"{key}-quantities.{g.lang}.csv")


@blueprint.get("/plan.gpkg", endpoint="geopackage")
@open_to(Role.PLANNER)
def package(key: str) -> ResponseReturnValue:
    """Everything of the plan, for a GIS."""
    plan = _plan(key)
    with tempfile.TemporaryDirectory() as room:
        path = Path(room) / "plan.gpkg"
        about = {"commune": g.commune.name(g.order).text, "method": translate(METHOD), "credit": _credit()}
        geopackage.write(db.session, g.commune, plan, path, names=g.order, about=about)
        body = path.read_bytes()
    return _file(body, GPKG, f"{key}.{g.lang}.gpkg")


@blueprint.get("/report.pdf", endpoint="report")
@open_to(Role.PLANNER)
def paper(key: str) -> ResponseReturnValue:
    """The report for the council, in the reader's language."""
    plan = _plan(key)
    if len(plan.hotspots) > report.MOST_HOTSPOTS:
        raise Conflict(
            N_("A report tells of at most %(most)s hotspots; this plan has %(many)s."),
            most=report.MOST_HOTSPOTS,
            many=len(plan.hotspots),
        )
    return _file(report.pdf(_html(plan)), PDF, f"{key}-report.{g.lang}.pdf")


def _html(plan: Plan) -> str:
    return render_template(
        "planner/report.html",
        **report.told(plan, g.published.ground),
        today=clock.today(),
        told_note=_note,
        told_warning=_warning,
        told_finding=_finding,
    )


def _plan(key: str) -> Plan:
    known = showing.equipment()
    if known is None:
        raise Conflict(N_("This commune has no catalogue of equipment yet: nothing can be planned."))
    return preparing.of(db.session, g.commune, known, scenarios.find(db.session, key), g.order)


def _note(note: Note) -> Markup:
    return _sentence(NOTES[note.code], note.values)


def _warning(warning: Warning) -> Markup:
    return _sentence(WARNINGS[warning.code], warning.values)


def _finding(finding: Finding) -> Markup:
    named = {"thing": finding.thing(g.order).text} if finding.layer else {}
    return _sentence(rules.TOLD[finding.code].sentence, {**finding.values, **named})


def _sentence(message: str, values: Any) -> Markup:
    """A sentence whose values keep their own direction."""
    told = {
        name: Markup("<bdi>{}</bdi>").format(number(value) if isinstance(value, int | float) else value)
        for name, value in values.items()
    }
    return Markup(escape(translate(message))) % told  # noqa: S704 - our own sentences


def _credit() -> str:
    return translate("© OpenStreetMap contributors (ODbL) and others")


def _file(body: bytes, media: str, name: str) -> Response:
    return send_file(io.BytesIO(body), mimetype=media, as_attachment=True, download_name=name)
