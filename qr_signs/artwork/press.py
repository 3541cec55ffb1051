"""The last pass over a print PDF: PDF/X-4 (ISO 15930-7) for the press. Everything in it is vector and CMYK.

The layout engine writes DeviceCMYK; this adds what a printer's preflight asks for: the output intent with its
profile, the version in XMP metadata, identifiers, and marks in registration colour. The result depends on
nothing but its input: equal signs are equal files.
"""

import io
import re
import zlib
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String

from core.settings import PROJECT

PROFILE: Final = PROJECT / "build" / "press.icc"
CONDITION: Final = "FOGRA39"
"""Characterised printing condition: coated paper, ISO 12647-2."""
REGISTRY: Final = "http://www.color.org"
PRODUCER: Final = "Athar"
_BLACK_FILL: Final = re.compile(rb"(?<![\d.])0 0 0 rg\b")
_BLACK_STROKE: Final = re.compile(rb"(?<![\d.])0 0 0 RG\b")

XMP: Final = """<?xpacket begin="\N{ZERO WIDTH NO-BREAK SPACE}" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
 xmlns:pdfxid="http://www.npes.org/pdfx/ns/id/">
<pdfxid:GTS_PDFXVersion>PDF/X-4</pdfxid:GTS_PDFXVersion><pdf:Trapped>False</pdf:Trapped>
<pdf:Producer>{producer}</pdf:Producer><dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<xmp:CreateDate>{date}</xmp:CreateDate><xmp:ModifyDate>{date}</xmp:ModifyDate>
<xmp:MetadataDate>{date}</xmp:MetadataDate>
<xmpMM:DocumentID>uuid:{uuid}</xmpMM:DocumentID><xmpMM:InstanceID>uuid:{uuid}</xmpMM:InstanceID>
<xmpMM:RenditionClass>default</xmpMM:RenditionClass><xmpMM:VersionID>1</xmpMM:VersionID>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


def finish(pdf: bytes, *, title: str, digest: str, dated: datetime, bleed_mm: float) -> bytes:
    """The PDF as PDF/X-4. `digest` (hexadecimal) names its content, `dated` when that last changed.

    Raises LookupError if the press profile was not made (make setup does).
    """
    with pikepdf.open(io.BytesIO(pdf)) as document:
        intent, marks = document.make_indirect(_intent(document)), _registration(document)
        document.Root.OutputIntents = Array([intent])
        document.Root.Metadata = _metadata(document, title, digest, dated)
        if "/Outlines" in document.Root:
            del document.Root.Outlines
        for page in document.pages:
            _boxes(page, bleed_mm)
        _marks(document, marks)
        _groups(document)
        stamp = dated.strftime("D:%Y%m%d%H%M%SZ")
        document.trailer.Info = document.make_indirect(
            Dictionary(
                Title=String(title),
                Producer=String(PRODUCER),
                CreationDate=String(stamp),
                ModDate=String(stamp),
                Trapped=Name("/False"),
            )
        )
        file = io.BytesIO()
        document.save(
            file,
            min_version="1.6",
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            deterministic_id=True,
            fix_metadata_version=False,
        )
        return file.getvalue()


@cache
def _profile(path: Path) -> bytes:
    """The profile, compressed once for all signs of a process."""
    if not path.exists():
        raise LookupError("the press profile build/press.icc is missing: run make setup")
    return zlib.compress(path.read_bytes(), 9)


def _intent(document: pikepdf.Pdf) -> Dictionary:
    profile = Stream(document, b"", N=4, Alternate=Name.DeviceCMYK)
    profile.write(_profile(PROFILE), filter=Name.FlateDecode)
    return Dictionary(
        Type=Name.OutputIntent,
        S=Name.GTS_PDFX,
        OutputConditionIdentifier=String(CONDITION),
        OutputCondition=String("Offset on coated paper, ISO 12647-2:2004/Amd 1"),
        RegistryName=String(REGISTRY),
        Info=String("Coated FOGRA39 (ISO 12647-2:2004)"),
        DestOutputProfile=profile,
    )


def _metadata(document: pikepdf.Pdf, title: str, digest: str, dated: datetime) -> Stream:
    uuid = "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32]))
    packet = XMP.format(
        title=escape(title), producer=PRODUCER, date=dated.strftime("%Y-%m-%dT%H:%M:%SZ"), uuid=uuid
    )
    return Stream(document, packet.encode(), Type=Name.Metadata, Subtype=Name.XML)


def _groups(document: pikepdf.Pdf) -> None:
    """The layout engine blends what is half transparent in RGB; a press file blends in its own inks."""
    for item in document.objects:
        if isinstance(item, Dictionary | Stream) and "/Group" in item and "/CS" in item.Group:
            item.Group.CS = Name.DeviceCMYK


def _boxes(page: pikepdf.Page, bleed_mm: float) -> None:
    """BleedBox as wide as the ink really goes over the trim."""
    bleed = bleed_mm * 72 / 25.4
    left, bottom, right, top = (float(edge) for edge in page.TrimBox)
    page.BleedBox = Array(
        [round(edge, 4) for edge in (left - bleed, bottom - bleed, right + bleed, top + bleed)]
    )


def _registration(document: pikepdf.Pdf) -> Array:
    """The colour All: on every plate, whatever the press prints with."""
    tint = Stream(document, b"{dup dup dup}", FunctionType=4, Domain=[0, 1], Range=[0, 1, 0, 1, 0, 1, 0, 1])
    return Array([Name.Separation, Name.All, Name.DeviceCMYK, document.make_indirect(tint)])


def _marks(document: pikepdf.Pdf, colour: Array) -> None:
    """Crop marks are drawn in RGB black by the layout engine: make them registration colour."""
    for item in document.objects:
        if not isinstance(item, Stream) or item.get("/Subtype") != Name.Form:
            continue
        drawn = item.read_bytes()
        marked = _BLACK_STROKE.sub(b"/Marks CS 1 SCN", _BLACK_FILL.sub(b"/Marks cs 1 scn", drawn))
        if marked != drawn:
            item.write(marked)
            resources = item.get("/Resources", Dictionary())
            own = Dictionary({name: value for name, value in resources.items()})
            own.ColorSpace = Dictionary(Marks=colour)
            item.Resources = own
