"""Which form a file has, by what is in it and never by its name; and its rows."""

from sqlalchemy.orm import Session

from geo.editing.importing import commas, jsons, packages, tracks
from geo.editing.importing.tables import LARGEST_BYTES, Table, bad
from geo.vocabulary import N_


def read(session: Session, data: bytes, part: str = "") -> Table:
    """The file's rows. `part` names the layer of a GeoPackage that has several. Raises Invalid."""
    if len(data) > LARGEST_BYTES:
        raise bad(N_("This file is larger than %(most)s MB: split it."), most=LARGEST_BYTES // 2**20)
    if not data.strip(b" \t\r\n\0"):
        raise bad(N_("This file is empty."))
    if packages.is_package(data):
        return packages.read(session, data, part)
    if data.startswith((b"SQLite format 3\0", b"PK\x03\x04", b"\x1f\x8b", b"%PDF", b"\xd0\xcf\x11\xe0")):
        raise bad(N_("This form of file is not read. Bring CSV, GeoJSON, GPX or GeoPackage, not packed."))
    head = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith((b"{", b"[")):
        try:
            return jsons.read(data.decode("utf-8-sig"))
        except UnicodeDecodeError as why:
            raise bad(N_("is not UTF-8 (byte %(byte)s); save it as UTF-8"), byte=str(why.start)) from None
    if head.startswith(b"<") or data[:4] in (b"\xff\xfe<\0", b"\xfe\xff\0<"):
        return tracks.read(data)
    return commas.read(data)
