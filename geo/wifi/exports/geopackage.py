"""A plan as a GeoPackage: hotspots, chances of service, demand points, figures, money, and what it all is.

Everything is in WGS 84; the commune's metric places are turned by PostGIS. Equal plans make equal bytes: the
file's date is that of the plan's last change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyogrio
import shapely
from pyogrio import raw
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.commune import Commune
from geo.wifi import demand
from geo.wifi.demand import KINDS, Demand
from geo.wifi.exports.plan import Plan
from geo.wifi.figures import UNITS, Served

LAYERS: Final = ("hotspots", "coverage", "demand", "figures", "quantities", "about")
_TURNED: Final = text("""
SELECT ST_AsBinary(ST_Transform(ST_SetSRID(shape::geometry, CAST(:crs AS integer)), 4326))
  FROM unnest(CAST(:shapes AS bytea[])) WITH ORDINALITY AS each (wkb, at),
       LATERAL (SELECT ST_GeomFromWKB(wkb)) AS made (shape) ORDER BY at""")

Columns = Mapping[str, Sequence[Any]]


@dataclass(frozen=True)
class Table:
    """A layer: its columns (all of one length), its shapes as WKB, None for a table without places."""

    columns: Columns
    shapes: Sequence[bytes] | None = None
    shape: str = "Point"


def write(
    session: Session,
    commune: Commune,
    plan: Plan,
    path: Path,
    *,
    names: Sequence[str],
    about: Mapping[str, str],
) -> None:
    """Write the file. `names` are languages for the names of quarters; `about` is what it says of itself,
    beside title, status and revision.
    """
    crs = commune.metric_crs
    points = demand.of(session, commune, plan.scenario.weights)
    tables = {
        "hotspots": _hotspots(plan, names),
        "coverage": _coverage(session, plan, crs),
        "demand": _demand(session, points, crs, names),
        "figures": _figures(plan, names),
        "quantities": _quantities(plan),
        "about": _about(plan, about),
    }
    changed = f"{plan.scenario.changed_at:%Y-%m-%dT%H:%M:%S.000Z}"
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": changed})
    for name in LAYERS:
        _layer(path, name, tables[name])


def _layer(path: Path, name: str, table: Table) -> None:
    arrays = {column: _array(values) for column, values in table.columns.items()}
    raw.write(
        str(path),
        None if table.shapes is None else np.array(list(table.shapes), dtype=object),
        [values for values, _ in arrays.values()],
        np.array(list(arrays)),
        field_mask=[mask for _, mask in arrays.values()],
        layer=name,
        driver="GPKG",
        geometry_type=None if table.shapes is None else table.shape,
        crs=None if table.shapes is None else "EPSG:4326",
        layer_options={"IDENTIFIER": name},
    )


def _array(values: Sequence[Any]) -> tuple[Any, Any]:
    """A column as an array of its type, and where it is NULL."""
    mask = np.array([value is None for value in values], dtype=bool)
    there = [value for value in values if value is not None]
    if there and all(isinstance(value, int) for value in there):
        return np.array([0 if value is None else value for value in values], dtype=np.int64), mask
    if there and all(isinstance(value, int | float) for value in there):
        return np.array([0.0 if value is None else value for value in values], dtype=np.float64), mask
    return np.array([None if value is None else str(value) for value in values], dtype=object), mask


def _hotspots(plan: Plan, names: Sequence[str]) -> Table:
    rows = []
    for number, spot in enumerate(plan.hotspots, start=1):
        values = asdict(spot.values)
        model = plan.catalogue.models.get(spot.values.model)
        rows.append(
            {
                "number": number,
                "key": spot.key,
                **{name: value for name, value in values.items() if name not in ("lon", "lat")},
                "model_name": model.label(names).text if model else None,
                "status": spot.status,
                "changed_at": f"{spot.changed_at:%Y-%m-%dT%H:%M:%SZ}",
            }
        )
    columns = {name: [row[name] for row in rows] for name in (rows[0] if rows else _NO_HOTSPOT)}
    shapes = [shapely.to_wkb(shapely.Point(*spot.at)) for spot in plan.hotspots]
    return Table(columns, shapes)


_NO_HOTSPOT: Final = ("number", "key", "name", "model", "status")


def _coverage(session: Session, plan: Plan, crs: int) -> Table:
    areas = [area for area in plan.areas if area.polygons]
    shapes = [
        shapely.to_wkb(
            shapely.MultiPolygon(
                [
                    part
                    for rings in area.polygons
                    for part in _parts(shapely.make_valid(shapely.Polygon(rings[0], rings[1:])))
                ]
            )
        )
        for area in areas
    ]
    columns: dict[str, Sequence[Any]] = {
        "band_ghz": [area.band for area in areas],
        "service": [area.service for area in areas],
        "chance": [area.chance for area in areas],
        "square_metres": [round(area.square_metres) for area in areas],
        "basis": ["+".join(sorted(plan.basis)) for _ in areas],
    }
    return Table(columns, _turned(session, shapes, crs), "MultiPolygon")


def _parts(shape: Any) -> list[Any]:
    """The polygons of a shape; lines and points that mending left over are none."""
    return [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon" and not part.is_empty]


def _demand(session: Session, points: Demand, crs: int, names: Sequence[str]) -> Table:
    shapes = list(shapely.to_wkb(shapely.points(points.x, points.y)))
    quarters = [quarter.name(names).text for quarter in points.quarters]
    kinds = [KINDS[kind] for kind in points.kind]
    columns: dict[str, Sequence[Any]] = {
        "kind": kinds,
        "amount": [round(float(amount), 3) for amount in points.amount],
        "unit": [UNITS[kind] for kind in kinds],
        "detail": [str(detail) or None for detail in points.detail],
        "quarter": [quarters[index] if index >= 0 else None for index in points.quarter],
        "worth": [float(worth) for worth in points.worth],
    }
    return Table(columns, _turned(session, shapes, crs))


def _figures(plan: Plan, names: Sequence[str]) -> Table:
    rows: list[tuple[str | None, str, Served]] = [
        (None, kind, served) for kind, served in plan.figures.kinds.items()
    ]
    for quarter in plan.figures.quarters:
        name = plan.quarters[quarter.index].name(names).text
        rows += [(name, kind, served) for kind, served in quarter.kinds.items() if served.total]
    told = [served.as_json() for _, _, served in rows]
    columns: dict[str, Sequence[Any]] = {
        "quarter": [quarter for quarter, _, _ in rows],
        "kind": [kind for _, kind, _ in rows],
        "unit": [UNITS[kind] for _, kind, _ in rows],
    }
    for name in ("total", "browsing", "voice", "browsing_expected", "voice_expected", "share"):
        columns[name] = [None if each[name] is None else float(each[name]) for each in told]
    return Table(columns)


def _quantities(plan: Plan) -> Table:
    lines = plan.bill.lines
    return Table(
        {
            "part": [line.group for line in lines],
            "item": [line.what for line in lines],
            "quantity": [line.many for line in lines],
            "unit_mad": [None if line.each_mad is None else float(line.each_mad) for line in lines],
            "sum_mad": [None if line.mad is None else float(line.mad) for line in lines],
            "price_as_of": [line.date for line in lines],
            "source": [line.source for line in lines],
            "confirmed": ["yes" if line.confirmed else "no" for line in lines],
        }
    )


def _about(plan: Plan, about: Mapping[str, str]) -> Table:
    scenario = plan.scenario
    told = {
        "title": scenario.title,
        "status": scenario.status,
        "revision": str(scenario.revision),
        "changed_at": f"{scenario.changed_at:%Y-%m-%dT%H:%M:%SZ}",
        "budget_mad": str(scenario.budget_mad),
        "offset_db": f"{scenario.offset_db:g}",
        "basis": " + ".join(sorted(plan.basis)) or "no coverage",
        **about,
    }
    return Table({"name": list(told), "value": list(told.values())})


def _turned(session: Session, shapes: Sequence[bytes], crs: int) -> list[bytes]:
    """Shapes of the metric CRS in WGS 84."""
    if not shapes:
        return []
    return [bytes(row[0]) for row in session.execute(_TURNED, {"shapes": list(shapes), "crs": crs})]
