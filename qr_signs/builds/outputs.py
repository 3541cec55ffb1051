"""What goes to the printer with the artworks: order sheet, press sheets, checksums, one zip of all."""

import base64
import csv
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, select_autoescape
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import files, fonts, pictures
from core.db import Engine, session_of
from core.translation import translate
from geo import published, signage
from geo.published import Published
from qr_signs import tags
from qr_signs.builds import orders, tasks
from qr_signs.builds.orders import Options
from qr_signs.models import Sign, SignArtwork, SignBuild, SignBuildItem, SignEvent
from qr_signs.vocabulary import FIXINGS, MATERIALS

SUMS: Final = "SHA256SUMS"
ZIP: Final = "signs.zip"
PHOTOS: Final = "photos"
EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""Date of every file in the zip: equal orders are equal zips."""
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")
LISTS: Final = ("order.csv", "order.pdf", SUMS, ZIP)


@dataclass(frozen=True)
class Row:
    """A line of the order sheet. Empty: not known."""

    number: str
    name: str
    state: str
    size: str
    material: str
    fixing: str
    place: str
    latitude: str
    longitude: str
    facing_degrees: str
    manager: str
    photo: str
    """The newest photo of the spot, beside this list."""
    module_mm: str
    payload: str
    file: str
    sha256: str
    remark: str


def write(engine: Engine, directory: Path, build_id: int, kept: Path, pool: Executor) -> None:
    """Write the lists of an order beside its signs; the same order gives the same bytes.

    `kept` is the root of the files that photos of the desk are kept under (core/files.py); the list for paper
    is set by a process of `pool`, which has the layout engine at hand.
    """
    with session_of(engine) as session:
        build = orders.find(session, build_id)
        options = Options.of(build.options)
        state = published.current(session)
        photos = _photos(session, build, kept)
        rows = list(_rows(session, build, state, photos)) if state else []
    directory.mkdir(parents=True, exist_ok=True)
    tasks.write(directory / PHOTOS, {f"{code}.webp": path.read_bytes() for code, path in photos.items()})
    tasks.write_one(directory / "order.csv", _csv(rows))
    paper = pool.submit(_pdf, rows, build_id, options, directory).result()
    tasks.write_one(directory / "order.pdf", paper)
    for old in directory.glob("sheet-*.pdf"):
        old.unlink()
    if options.sheet:
        _impose(directory, rows, options)
    listed = sorted(path for path in directory.rglob("*") if path.is_file() and _is_ours(path))
    sums = "".join(f"{tasks.digest(path)}  {path.relative_to(directory)}\n" for path in listed)
    tasks.write_one(directory / SUMS, sums.encode())
    _zip(directory, [*listed, directory / SUMS])


def _is_ours(path: Path) -> bool:
    return path.name not in (SUMS, ZIP) and not path.name.startswith(".")


def _photos(session: Session, build: SignBuild, kept: Path) -> dict[str, Path]:
    """The newest photo of each sign of an order, by code; signs without one are left out."""
    newest = (
        select(SignEvent.code, func.max(SignEvent.id).label("id"))
        .join(SignBuildItem, SignBuildItem.code == SignEvent.code)
        .where(SignBuildItem.build_id == build.id, SignEvent.photo.is_not(None))
        .group_by(SignEvent.code)
        .subquery()
    )
    query = select(SignEvent.code, SignEvent.photo).join(newest, newest.c.id == SignEvent.id)
    found = {code: files.find(kept, photo or "") for code, photo in session.execute(query)}
    return {code: path for code, path in sorted(found.items()) if path is not None}


def _rows(session: Session, build: SignBuild, state: Published, photos: Mapping[str, Path]) -> Iterator[Row]:
    query = (
        select(SignBuildItem, Sign, SignArtwork)
        .join(Sign, Sign.code == SignBuildItem.code)
        .outerjoin(SignArtwork, SignArtwork.id == SignBuildItem.artwork_id)
        .where(SignBuildItem.build_id == build.id)
        .order_by(SignBuildItem.ordinal)
    )
    found = session.execute(query).all()
    ids = {sign.feature_id for _, sign, _ in found if sign.feature_id is not None}
    told = signage.about(session, ids, state.commune.metric_crs)
    order = [*state.commune.signs.languages, *state.commune.languages]
    for item, sign, artwork in found:
        photo = f"{PHOTOS}/{sign.code}.webp" if sign.code in photos else ""
        yield _row(item, sign, artwork, told.get(sign.feature_id or 0), order, photo)


def _row(
    item: SignBuildItem,
    sign: Sign,
    artwork: SignArtwork | None,
    told: signage.Told | None,
    order: Sequence[str],
    photo: str,
) -> Row:
    names = told.texts.get("name", {}) if told else {}
    latin = [lang for lang in ("fr", "en", *order) if lang in names]
    lon, lat = sign.lon, sign.lat
    if lon is None and told and told.place:
        lon, lat = told.place
    name = tasks.PRINT if item.state == "print" else tasks.PROOF if item.state == "proof" else ""
    remarks = [_said(problem) for problem in item.problems]
    return Row(
        number=tags.number(sign.code, sign.tag or ""),
        name=names[latin[0]].text if latin else "",
        state=item.state,
        size=artwork.size if artwork else "",
        material=translate(MATERIALS.get(sign.material or "", sign.material or ""), "en"),
        fixing=translate(FIXINGS.get(sign.fixing or "", sign.fixing or ""), "en"),
        place=sign.spot or "",
        latitude=f"{lat:.6f}" if lat is not None else "",
        longitude=f"{lon:.6f}" if lon is not None else "",
        facing_degrees=str(sign.facing) if sign.facing is not None else "",
        manager=sign.manager or "",
        photo=photo,
        module_mm=f"{artwork.module_mm:.2f}" if artwork else "",
        payload=artwork.payload if artwork else "",
        file=f"signs/{item.code}/{name}" if name else "",
        sha256=item.files.get(name, ""),
        remark="; ".join(remarks),
    )


def _said(problem: Mapping[str, Any]) -> str:
    """A kept problem as an English sentence."""
    message, values = problem["message"], problem["values"]
    return translate(message, "en", values)


def _csv(rows: Sequence[Row]) -> bytes:
    """The order sheet for spreadsheets: a byte order mark, so that Arabic opens right, and no formulas."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow([each.name for each in fields(Row)])
    writer.writerows([_plain(value) for value in astuple(row)] for row in rows)
    return file.getvalue().encode("utf-8-sig")


def _plain(value: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    risky = value[:1] in ("=", "+", "-", "@", "\t", "\r") and not _NUMBER.fullmatch(value)
    return f"'{value}" if risky else value


def _pdf(rows: Sequence[Row], build_id: int, options: Options, directory: Path) -> bytes:
    """The order sheet to be printed and ticked off."""
    fonts.prepare()
    from weasyprint import HTML

    env = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=select_autoescape()
    )
    small = {row.photo: _address(directory / row.photo) for row in rows if row.photo}
    html = env.get_template("order.html").render(rows=rows, build_id=build_id, options=options, small=small)
    return bytes(HTML(string=html).write_pdf(pdf_variant="pdf/ua-1"))


def _address(photo: Path) -> str:
    """A photo as an address that holds it, small enough for two thousand on a list."""
    return "data:image/jpeg;base64," + base64.b64encode(pictures.thumbnail(photo)).decode()


def _impose(directory: Path, rows: Sequence[Row], options: Options) -> None:
    from qr_signs.builds import sheets

    prints = [directory / row.file for row in rows if row.file]
    if not prints:
        return
    made = sheets.impose(prints, options.checked(), orders.SHEETS[options.sheet])
    for number, sheet in enumerate(made, 1):
        tasks.write_one(directory / f"sheet-{number:03d}.pdf", sheet)


def _zip(directory: Path, listed: Sequence[Path]) -> None:
    """All of it in one file. What is compressed already is only stored."""
    draft = directory / f".{ZIP}"
    with zipfile.ZipFile(draft, "w") as archive:
        for path in listed:
            info = zipfile.ZipInfo(str(path.relative_to(directory)), EPOCH)
            info.external_attr = 0o644 << 16
            stored = path.suffix in (".pdf", ".png", ".webp")
            info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            with archive.open(info, "w") as into, open(path, "rb") as source:
                while chunk := source.read(1 << 20):
                    into.write(chunk)
    draft.replace(directory / ZIP)
