"""From content to files: the print PDF with where everything stands, the accessible PDF, the symbol alone."""

from qr_signs import symbol
from qr_signs.artwork import accessible, press
from qr_signs.artwork.content import Content
from qr_signs.artwork.made import Artwork
from qr_signs.artwork.order import Order
from qr_signs.artwork.setting import Setter
from qr_signs.artwork.sizes import BLEED_MM, SLUG_MM


def draw(content: Content, order: Order, setter: Setter) -> Artwork:
    """The artwork of a sign, ready for preflight. Invalid if it cannot be set."""
    sheet = order.sheet
    drawn = symbol.make(content.payload, order.level)
    page = setter.set(content, sheet, drawn, slug=_slug(content, order, drawn))
    pdf = press.finish(
        page.document.write_pdf(pdf_version="1.6"),
        title=f"{content.number} {sheet.name}",
        digest=content.digest,
        dated=order.dated,
        bleed_mm=BLEED_MM,
    )
    return Artwork(
        code=content.code,
        payload=content.payload,
        size=sheet.name,
        template=sheet.template,
        width_mm=sheet.width_mm,
        height_mm=sheet.height_mm,
        bleed_mm=BLEED_MM,
        slug_mm=SLUG_MM,
        distance_m=sheet.distance_m,
        symbol=drawn,
        symbol_box=page.symbol_box,
        texts=page.texts,
        pdf=pdf,
    )


def read_aloud(content: Content, order: Order, setter: Setter) -> bytes:
    """The accessible PDF of the same sign, without bleed and marks."""
    drawn = symbol.make(content.payload, order.level)
    return accessible.write(setter.aloud(content, order.sheet, drawn))


def _slug(content: Content, order: Order, drawn: symbol.Symbol) -> str:
    """The printer's line outside the trim."""
    sheet = order.sheet
    parts = [
        content.number,
        f"{sheet.name}: {sheet.width_mm:g} × {sheet.height_mm:g} mm + {BLEED_MM:g} mm",
        f"QR {drawn.version}-{drawn.level}, {sheet.symbol_mm / drawn.size:.2f} mm",
        content.digest[:12],
    ]
    return " · ".join([*parts, "PROOF, NOT FOR PRINT"] if order.proof else parts)
