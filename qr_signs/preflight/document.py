"""The file for the press: PDF/X-4 as far as a preflight can tell without a certified tool, and all vector."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from geo.vocabulary import N_
from qr_signs.artwork.made import POINT_MM, Artwork
from qr_signs.preflight.report import Check

MOST_INK: Final = 3.3
"""Sum of the four inks that coated paper bears (ISO 12647-2: 330 %)."""
BOX_MM: Final = 0.1
INKING: Final = frozenset(("k", "K", "scn", "SCN", "sc", "SC"))
SCREEN: Final = frozenset(("rg", "RG"))
LIGHT_SPACES: Final = frozenset(("/DeviceRGB", "/CalRGB", "/Lab", "/CalGray"))


@dataclass
class _Seen:
    """What the content streams of a page use."""

    rgb: set[str] = field(default_factory=set)
    images: int = 0
    inks: float = 0.0
    black: bool = False
    """Whether anything is filled with black ink alone."""
    fonts: dict[str, Any] = field(default_factory=dict)
    shown: dict[str, set[int]] = field(default_factory=dict)
    """Font → glyph numbers that are drawn."""


@dataclass(frozen=True)
class Ink:
    """What glyphs of which fonts a sign is drawn with, for qr_signs.preflight.glyphs."""

    glyphs: dict[str, frozenset[int]]


def checks(artwork: Artwork) -> tuple[list[Check], Ink]:
    """Every check of the file, and the glyphs it draws."""
    with pikepdf.open(io.BytesIO(artwork.pdf)) as pdf:
        seen = _Seen()
        page = pdf.pages[0]
        _stream(page.obj, page.obj.get("/Resources", Dictionary()), seen, set())
        found = [
            _variant(pdf),
            _intent(pdf),
            _boxes(pdf, artwork),
            _fonts(seen),
            Check.of(
                "no RGB", not seen.rgb, N_("Screen colours in the file: %(which)s"), which=", ".join(seen.rgb)
            ),
            Check.of(
                "all vector",
                not seen.images,
                N_("%(number)s raster pictures in the file."),
                number=seen.images,
            ),
            Check.of("black", seen.black, N_("The symbol is not printed in black ink alone.")),
            Check.of(
                "ink",
                seen.inks <= MOST_INK,
                N_("Up to %(percent)s %% ink in one place; paper bears 330 %%."),
                percent=round(100 * seen.inks),
            ),
            _nothing_active(pdf),
        ]
        return found, Ink({_base(name): frozenset(glyphs) for name, glyphs in seen.shown.items()})


def _base(font: str) -> str:
    """A font's name without the tag of its subset."""
    return font.lstrip("/").split("+")[-1]


def _variant(pdf: pikepdf.Pdf) -> Check:
    xmp = bytes(pdf.Root.Metadata.read_bytes()) if "/Metadata" in pdf.Root else b""
    info: Any = pdf.trailer.get("/Info", Dictionary())
    lacking = [
        name
        for name, there in (
            ("PDF 1.6", pdf.pdf_version >= "1.6"),
            ("GTS_PDFXVersion", b"<pdfxid:GTS_PDFXVersion>PDF/X-4<" in xmp),
            ("DocumentID", b"DocumentID" in xmp),
            ("CreateDate", b"CreateDate" in xmp and "/CreationDate" in info),
            ("Trapped", info.get("/Trapped") in (Name("/False"), Name("/True"))),
            ("ID", "/ID" in pdf.trailer),
        )
        if not there
    ]
    return Check.of(
        "PDF/X-4", not lacking, N_("Not PDF/X-4: %(lacking)s is missing."), lacking=", ".join(lacking)
    )


def _intent(pdf: pikepdf.Pdf) -> Check:
    intents = [each for each in pdf.Root.get("/OutputIntents", Array()) if each.get("/S") == Name.GTS_PDFX]
    good = len(intents) == 1 and "/DestOutputProfile" in intents[0]
    if good:
        profile = intents[0].DestOutputProfile.read_bytes()
        good = profile[36:40] == b"acsp" and profile[16:20] == b"CMYK" and profile[12:16] == b"prtr"
    condition = str(intents[0].get("/OutputConditionIdentifier", "")) if intents else ""
    return Check.of(
        "output intent",
        good,
        N_("There must be one output intent with a CMYK press profile."),
        condition=condition,
    )


def _boxes(pdf: pikepdf.Pdf, artwork: Artwork) -> Check:
    wrong = []
    if len(pdf.pages) != 1:
        wrong.append(f"{len(pdf.pages)} pages")
    obj = pdf.pages[0].obj
    boxes = {
        name: [float(edge) * POINT_MM for edge in obj[name]] if name in obj else None
        for name in ("/MediaBox", "/BleedBox", "/TrimBox")
    }
    trim, bleed, media = boxes["/TrimBox"], boxes["/BleedBox"], boxes["/MediaBox"]
    if trim is None or bleed is None or media is None:
        wrong += [name for name, box in boxes.items() if box is None]
    else:
        size = (trim[2] - trim[0], trim[3] - trim[1])
        if abs(size[0] - artwork.width_mm) > BOX_MM or abs(size[1] - artwork.height_mm) > BOX_MM:
            wrong.append(f"TrimBox {size[0]:.1f} × {size[1]:.1f} mm")
        over = min(trim[0] - bleed[0], trim[1] - bleed[1], bleed[2] - trim[2], bleed[3] - trim[3])
        if over < artwork.bleed_mm - BOX_MM:
            wrong.append(f"bleed {over:.1f} mm")
        if bleed[0] < media[0] or bleed[1] < media[1] or bleed[2] > media[2] or bleed[3] > media[3]:
            wrong.append("BleedBox outside MediaBox")
    return Check.of("boxes", not wrong, N_("The page's boxes are wrong: %(which)s"), which=", ".join(wrong))


def _fonts(seen: _Seen) -> Check:
    loose = [_base(name) for name, font in seen.fonts.items() if not _is_embedded(font)]
    return Check.of(
        "fonts embedded",
        bool(seen.fonts) and not loose,
        N_("Fonts that are not embedded: %(which)s"),
        which=", ".join(loose) or "-",
        fonts=sorted(_base(name) for name in seen.fonts),
    )


def _is_embedded(font: Any) -> bool:
    descendants = font.get("/DescendantFonts")
    described = descendants[0] if descendants is not None else font
    descriptor = described.get("/FontDescriptor", Dictionary())
    return any(name in descriptor for name in ("/FontFile", "/FontFile2", "/FontFile3"))


def _nothing_active(pdf: pikepdf.Pdf) -> Check:
    names: Any = pdf.Root.get("/Names", Dictionary())
    found = [name for name in ("/OpenAction", "/AA", "/AcroForm") if name in pdf.Root]
    found += [name for name in ("/JavaScript", "/EmbeddedFiles") if name in names]
    found += ["/Annots" for page in pdf.pages if len(page.obj.get("/Annots", Array()))]
    found += ["/Encrypt"] if pdf.is_encrypted else []
    return Check.of("passive", not found, N_("The file must not have: %(which)s"), which=", ".join(found))


def _stream(stream: Any, resources: Any, seen: _Seen, done: set[tuple[int, int]]) -> None:
    """Read a content stream and all that it draws with."""
    group = stream.get("/Group")
    if group is not None and str(group.get("/CS", "")) in LIGHT_SPACES:
        seen.rgb.add(f"group {group.CS}")
    _spaces(resources, seen)
    _instructions(stream, resources, seen)
    for kind in ("/XObject", "/Pattern"):
        for _, item in resources.get(kind, Dictionary()).items():
            _drawn(item, resources, seen, done)
    for _, state in resources.get("/ExtGState", Dictionary()).items():
        mask = state.get("/SMask")
        if isinstance(mask, Dictionary) and "/G" in mask:
            _drawn(mask.G, resources, seen, done)


def _drawn(item: Any, resources: Any, seen: _Seen, done: set[tuple[int, int]]) -> None:
    if not isinstance(item, Stream) or item.objgen in done:
        return
    done.add(item.objgen)
    if item.get("/Subtype") == Name.Image:
        seen.images += 1
        if str(item.get("/ColorSpace", "")) in LIGHT_SPACES:
            seen.rgb.add("image")
        return
    _stream(item, item.get("/Resources", resources), seen, done)


def _spaces(resources: Any, seen: _Seen) -> None:
    """Colour spaces by name: RGB in disguise. Those that are only declared are told when they are used."""
    for name, shading in resources.get("/Shading", Dictionary()).items():
        if _is_light(shading.get("/ColorSpace")):
            seen.rgb.add(f"shading {name}")


def _is_light(space: Any) -> bool:
    if isinstance(space, Name):
        return str(space) in LIGHT_SPACES
    if isinstance(space, Array) and len(space):
        if str(space[0]) == "/ICCBased":
            return int(space[1].get("/N", 0)) == 3
        if str(space[0]) in ("/Indexed", "/Separation", "/DeviceN"):
            return _is_light(space[1] if str(space[0]) == "/Indexed" else space[2])
        return str(space[0]) in LIGHT_SPACES
    return False


def _instructions(stream: Any, resources: Any, seen: _Seen) -> None:
    spaces = resources.get("/ColorSpace", Dictionary())
    fonts = resources.get("/Font", Dictionary())
    font, space = "", ""
    for instruction in pikepdf.parse_content_stream(stream):
        operator, operands = str(instruction.operator), list(getattr(instruction, "operands", ()))
        seen.images += operator == "INLINE IMAGE"
        if operator in SCREEN:
            seen.rgb.add(operator)
        elif operator in ("cs", "CS"):
            space = str(operands[0])
            if _is_light(spaces.get(space, operands[0])):
                seen.rgb.add(space)
        elif operator in INKING:
            _inked(operands, operator in ("k", "K") or space == "/DeviceCMYK", seen)
        elif operator == "Tf":
            resource = fonts.get(str(operands[0]), Dictionary())
            font = str(resource.get("/BaseFont", operands[0]))
            seen.fonts[font] = resource
        elif operator in ("Tj", "TJ"):
            seen.shown.setdefault(font, set()).update(_glyphs(operands[0]))


def _inked(operands: list[Any], cmyk: bool, seen: _Seen) -> None:
    if not cmyk or len(operands) != 4:
        return
    inks = [float(ink) for ink in operands]
    seen.inks = max(seen.inks, sum(inks))
    seen.black = seen.black or inks == [0, 0, 0, 1]


def _glyphs(shown: Any) -> Iterator[int]:
    for part in list(shown) if isinstance(shown, Array) else [shown]:
        if isinstance(part, pikepdf.String):
            raw = bytes(part)
            yield from (int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2))
