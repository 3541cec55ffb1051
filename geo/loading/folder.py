"""A commune's folder, read whole and checked before anything is written."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from geo import models
from geo.loading import config, events, wifi, writing
from geo.loading.features import Reader
from geo.loading.files import CONFIG, ROUTES, folder_hash, read_json
from geo.loading.records import At, Counts, FeatureRecord, Folder, Problems, RouteRecord
from geo.shapes import Box


def read(path: Path) -> Folder:
    """The folder's records. BadFolder with every problem that was found, if there is any."""
    problems = Problems()
    if not path.is_dir():
        problems.add(str(path), None, None, "there is no such folder")
        problems.raise_any()
    # Before anything is read: a file that is changed meanwhile makes the hash an old one, and is read again.
    digest = folder_hash(path)
    checked = config.read(problems, path)
    if checked is None:
        problems.raise_any()
    assert checked is not None  # noqa: S101 - raise_any has raised
    checked["wifi"] = wifi.read(problems, path, config.languages(checked))
    checked["hazard_events"] = events.read(problems, path, config.languages(checked))
    bbox = Box(*checked["bbox"])
    reader = Reader(config.languages(checked), bbox, Box(*checked.get("context_bbox", bbox)))
    features: dict[str, list[FeatureRecord]] = {}
    for layer, files in checked.get("layers", {}).items():
        features[layer] = []
        for name in files:
            at = At(problems, name)
            if (value := read_json(at, path, name)) is not None:
                features[layer].extend(reader.layer(at, layer, value))
    # A stop that points at a feature with a problem is no second problem: all ids that were seen count.
    routes = _routes(problems, path, reader)
    problems.raise_any()
    return Folder(path, checked, digest, features, routes)


def apply(session: Session, folder: Folder, *, now: datetime) -> dict[str, Counts]:
    """Bring the database to what the folder says, in the caller's transaction; what that did, per layer.

    Two loads at once wait for each other. What the folder no longer has is withdrawn, never deleted.
    BadFolder, before anything is written, when `metric_crs` is none that PostGIS knows, or not in metres.
    """
    _check_crs(session, folder.config["metric_crs"])
    return writing.write(session, folder, now=now)


def _check_crs(session: Session, crs: int) -> None:
    known = session.scalar(
        text("SELECT proj4text || ' ' FROM spatial_ref_sys WHERE srid = :crs"), {"crs": crs}
    )
    if known is None or " +units=m " not in known:
        problems = Problems()
        problems.add(CONFIG, None, "metric_crs", f"{crs} is no projected CRS in metres that PostGIS knows")
        problems.raise_any()


def is_loaded(session: Session, path: Path) -> bool:
    """Whether the database holds this very folder, byte for byte."""
    known = session.scalar(select(models.Commune.folder_hash))
    return known is not None and known == folder_hash(path)


def _routes(problems: Problems, path: Path, reader: Reader) -> list[RouteRecord]:
    if not (path / ROUTES).exists():
        return []
    at = At(problems, ROUTES)
    value = read_json(at, path, ROUTES)
    keys = {layer: set(seen) for layer, seen in reader.seen.items()}
    return list(reader.routes(at, value, keys)) if value is not None else []
