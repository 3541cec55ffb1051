"""Orders: made whole, resumed after kills without duplicates, and nothing for print that nobody read."""

import csv
import hashlib
import io
import os
import signal
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from sqlalchemy import select, text

from core import clock
from core.db import session_of
from core.errors import Conflict, Invalid
from core.settings import PROJECT
from qr_signs import life
from qr_signs.builds import orders, running, warnings, wording
from qr_signs.builds.running import Shop
from qr_signs.life import Step
from qr_signs.models import SignArtwork, SignBuildItem
from qr_signs.preflight import decoders, raster
from tests.qr_signs.shops import CODES, items, place, state


def test_an_order_makes_every_file_and_its_lists(shop: Shop) -> None:
    told: list[tuple[int, int]] = []
    build_id = place(shop, sheet="SRA3")

    assert running.run(shop, build_id, lambda done, total: told.append((done, total)))

    directory = shop.directory(build_id)
    assert state(shop, build_id) == "done"
    assert told[0] == (0, 3) and told[-1] == (3, 3)
    for item in items(shop, build_id):
        assert item.state == "proof" and "proof.pdf" in item.files and "print.pdf" not in item.files
        for name, digest in item.files.items():
            data = (directory / "signs" / item.code / name).read_bytes()
            assert hashlib.sha256(data).hexdigest() == digest
    rows = list(csv.DictReader(io.StringIO((directory / "order.csv").read_text(encoding="utf-8-sig"))))
    assert [row["number"][:7] for row in rows] == list(CODES)
    assert all(row["latitude"].startswith("30.4") and row["longitude"].startswith("-8.8") for row in rows)
    with zipfile.ZipFile(directory / "signs.zip") as archive:
        names = set(archive.namelist())
        sums = archive.read("SHA256SUMS").decode().splitlines()
        for line in sums:
            digest, name = line.split("  ")
            assert hashlib.sha256(archive.read(name)).hexdigest() == digest
    assert {"order.csv", "order.pdf", "sheet-001.pdf", "signs/2W3Z5Z1/proof.pdf"} <= names


def test_a_press_sheet_holds_every_sign_readable_and_in_press_colours(shop: Shop) -> None:
    build_id = place(shop, sheet="SRA3")
    running.run(shop, build_id)

    with pikepdf.open(shop.directory(build_id) / "sheet-001.pdf") as pdf:
        assert len(pdf.pages) == 1
        assert pdf.Root.OutputIntents[0].S == "/GTS_PDFX"
    found = set()
    import numpy as np
    import pypdfium2

    document = pypdfium2.PdfDocument(shop.directory(build_id) / "sheet-001.pdf")
    picture = np.asarray(document[0].render(scale=3, grayscale=True).to_pil(), np.uint8)
    document.close()
    for payload in decoders.read(picture, "zxing"):
        found.add(payload.split("/")[-1][:7])
    assert found == set(CODES)
    assert raster.MOST_PIXELS > 0


def test_the_same_order_twice_gives_the_same_artworks_and_no_duplicate(shop: Shop) -> None:
    first, second = place(shop), place(shop)
    running.run(shop, first)
    running.run(shop, second)

    files = [{item.code: dict(item.files) for item in items(shop, each)} for each in (first, second)]
    with session_of(shop.engine) as session:
        assert len(session.scalars(select(SignArtwork)).all()) == len(CODES)
    assert files[0] == files[1]


def test_a_stopped_order_goes_on_where_it_was(shop: Shop) -> None:
    build_id = place(shop)

    def stop(done: int, total: int) -> None:
        if done == 1:
            with session_of(shop.engine) as session:
                orders.stop(session, orders.find(session, build_id), now=clock.now())
                session.commit()

    chunked = running.CHUNK
    running.CHUNK = 1  # type: ignore[misc]
    try:
        running.run(shop, build_id, stop)
        assert state(shop, build_id) == "stopped"
        made = [item.code for item in items(shop, build_id) if item.state != "waiting"]
        assert 1 <= len(made) < 3
        with session_of(shop.engine) as session:
            orders.resume(session, orders.find(session, build_id))
            session.commit()
        running.run(shop, build_id)
    finally:
        running.CHUNK = chunked  # type: ignore[misc]

    assert state(shop, build_id) == "done"
    assert all(item.state == "proof" for item in items(shop, build_id))
    with session_of(shop.engine) as session, pytest.raises(Conflict):
        orders.resume(session, orders.find(session, build_id))


RUN = """
import sys
from core.db import make_engine
from core.settings import Settings
from qr_signs.builds import running
if __name__ == "__main__":
    running.CHUNK = 1
    engine = make_engine(sys.argv[1], statement_timeout_ms=60000)
    settings = Settings(SECRET_KEY="s", SIGN_KEY="k", FILES_DIR=sys.argv[2])
    running.run(running.Shop(engine, settings, processes=1), int(sys.argv[3]))
"""


def test_a_killed_run_leaves_nothing_half_and_is_run_again(shop: Shop, tmp_path: Path) -> None:
    build_id = place(shop)
    script = tmp_path / "run.py"
    script.write_text(RUN, encoding="utf-8")
    url = shop.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, str(script), url, shop.settings.FILES_DIR, str(build_id)]
    process = subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": str(PROJECT)}, start_new_session=True
    )
    _until(lambda: any(item.state != "waiting" for item in items(shop, build_id)))
    os.kill(process.pid, signal.SIGKILL)
    process.wait()

    made = {item.code for item in items(shop, build_id) if item.state != "waiting"}
    assert made and len(made) < len(CODES)
    _until(lambda: running.run(shop, build_id))

    assert state(shop, build_id) == "done"
    with session_of(shop.engine) as session:
        assert len(session.scalars(select(SignArtwork)).all()) == len(CODES)
    assert not [path for path in shop.directory(build_id).rglob(".*") if path.name.startswith(".proof")]


def _until(done: Any, patience_s: float = 60) -> None:
    deadline = time.monotonic() + patience_s
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_an_order_is_run_by_one_process_at_a_time(shop: Shop) -> None:
    build_id = place(shop, CODES[0])

    with running._alone(shop.engine, build_id) as free:
        assert free
        assert not running.run(shop, build_id)

    assert running.run(shop, build_id)


def test_what_nobody_read_or_has_no_host_is_a_proof(shop: Shop) -> None:
    decided = Shop(shop.engine, replace(shop.settings, SIGN_HOST="wall.example"), processes=1)
    unread = place(decided, CODES[0])
    running.run(decided, unread)
    assert [item.state for item in items(decided, unread)] == ["proof"]

    with session_of(shop.engine) as session:
        assert wording.approve(session, decided.settings, [CODES[0]], by="A. Reader") == 1
        session.commit()
    read = place(decided, CODES[0])
    running.run(decided, read)

    item = items(decided, read)[0]
    assert item.state == "print" and "print.pdf" in item.files
    _printed_then_moved(decided, item)


def _printed_then_moved(shop: Shop, item: SignBuildItem) -> None:
    """Once such a sign is printed, another host or key is shouted about."""
    with session_of(shop.engine) as session:
        assert list(warnings.of(session, shop.settings)) == []
        step = Step("printed", clock.now(), "A. Person", artwork_id=item.artwork_id)
        life.record(session, item.code, step, seen=0, now=clock.now())
        session.commit()
        moved = list(warnings.of(session, replace(shop.settings, SIGN_HOST="town.example", SIGN_KEY="new")))
        assert list(warnings.of(session, shop.settings)) == []
    assert "wall.example" in moved[0] and "SIGN_KEY" in moved[1]


def test_a_sign_that_cannot_be_made_says_why_and_stops_no_other(shop: Shop) -> None:
    with shop.engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE feature_text SET text = repeat('Porte ', 70) WHERE field = 'name' AND lang = 'fr' AND"
                " feature_id = (SELECT feature_id FROM sign WHERE code = '3D3T3DP')"
            )
        )
        connection.execute(
            text(
                "UPDATE feature_text SET text = text || ' 🚪' WHERE field = 'name' AND lang = 'en' AND"
                " feature_id = (SELECT feature_id FROM sign WHERE code = 'TT615FE')"
            )
        )
    build_id = place(shop)
    running.run(shop, build_id)

    made = {item.code: item for item in items(shop, build_id)}
    assert made["2W3Z5Z1"].state == "proof"
    for code, told in (("3D3T3DP", "characters"), ("TT615FE", "DOOR")):
        problem = made[code].problems[0]
        said = problem["message"] % problem["values"]
        assert made[code].state == "failed" and not made[code].files
        assert code in said and told in said
        assert not (shop.directory(build_id) / "signs" / code).exists()


@pytest.mark.parametrize(
    ("codes", "options", "field"),
    [
        (("ZZZZZZZ",), {}, "codes"),
        (CODES, {"size": "0"}, "size"),
        (CODES, {"size": "10000x10000"}, "size"),
        (CODES, {"level": "X"}, "level"),
        (CODES, {"sheet": "A9"}, "sheet"),
        (CODES, {"distance_m": 99.0}, "distance"),
    ],
)
def test_an_order_that_cannot_be_is_not_placed(
    shop: Shop, codes: tuple[str, ...], options: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as wrong:
        place(shop, *codes, **options)

    assert wrong.value.field == field
    with session_of(shop.engine) as session:
        assert orders.number(session) == 0


def test_a_withdrawn_sign_is_not_printed_any_more(shop: Shop) -> None:
    with shop.engine.begin() as connection:
        connection.execute(text("UPDATE sign SET withdrawn_at = now() WHERE code = '9874W1B'"))

    with pytest.raises(Invalid, match="withdrawn"):
        place(shop, "9874W1B")
