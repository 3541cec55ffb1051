"""What goes to the printer with the signs: the order sheet with photos, and templates of one's own."""

import csv
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pikepdf
from PIL import Image

from core import clock, files, pictures
from core.db import session_of
from qr_signs.artwork import setting
from qr_signs.builds import orders, running
from qr_signs.builds.running import Shop
from qr_signs.models import SignEvent
from tests.qr_signs.shops import CODES, items, place, state


def test_the_order_sheet_shows_the_newest_photo_of_the_spot(shop: Shop) -> None:
    root = Path(shop.settings.FILES_DIR)
    with session_of(shop.engine) as session:
        for colour in ("red", "blue"):
            file = io.BytesIO()
            Image.new("RGB", (900, 600), colour).save(file, "PNG")
            photo = files.keep(root, pictures.cleaned(file.getvalue()))
            session.add(
                SignEvent(code=CODES[0], kind="inspected", at=clock.now(), person="A. Person", photo=photo)
            )
            session.flush()
        session.commit()
    build_id = place(shop)

    running.run(shop, build_id)

    directory = shop.directory(build_id)
    rows = list(csv.DictReader(io.StringIO((directory / "order.csv").read_text(encoding="utf-8-sig"))))
    assert [row["photo"] for row in rows] == [f"photos/{CODES[0]}.webp", "", ""]
    with Image.open(directory / rows[0]["photo"]) as picture:
        pixel = picture.convert("RGB").getpixel((450, 300))
        assert isinstance(pixel, tuple) and pixel[2] > 200 > 60 > pixel[0]
    with zipfile.ZipFile(directory / "signs.zip") as archive:
        assert f"photos/{CODES[0]}.webp" in archive.namelist()
        assert f"photos/{CODES[0]}.webp" in archive.read("SHA256SUMS").decode()
    with pikepdf.open(directory / "order.pdf") as pdf:
        held = [
            item
            for item in pdf.objects
            if isinstance(item, pikepdf.Stream) and item.get("/Subtype") == "/Image"
        ]
        assert [(int(item.Width), int(item.Height)) for item in held] == [(320, 213)]


def test_templates_of_the_communes_own_are_used_and_a_wrong_folder_is_told(
    shop: Shop, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    css = (setting.TEMPLATES / "names.css").read_text(encoding="utf-8")
    (own / "names.css").write_text(css.replace("var(--clay)", "var(--palm)"), encoding="utf-8")
    other = Shop(shop.engine, replace(shop.settings, SIGN_TEMPLATES=str(own)), processes=1)
    lost = Shop(shop.engine, replace(shop.settings, SIGN_TEMPLATES=str(tmp_path / "lost")), processes=1)

    builds = [place(shop, CODES[0]) for _ in range(3)]
    for where, build_id in zip((shop, other, lost), builds, strict=True):
        running.run(where, build_id)

    made = [items(shop, build_id)[0].files.get("proof.pdf") for build_id in builds]
    assert made[0] and made[1] and made[0] != made[1] and made[2] is None
    with session_of(shop.engine) as session:
        assert "lost" in str(orders.find(session, builds[2]).problem)
    assert state(shop, builds[2]) == "failed"
