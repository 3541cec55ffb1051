"""Texts for agencies: valid, read by others' programs, back without loss; hostile files change nothing."""

import csv
import io
import re
from typing import Any

import pytest
from lxml import etree
from sqlalchemy.orm import Session
from translate.storage.xliff2 import Xliff2File

from core.errors import Conflict, Invalid, Refused
from geo import published
from geo.commune import Commune
from geo.translating import exchange, tables, terms, units, xliff
from geo.translating.exchange import Coming, Going
from geo.translating.terms import Fixed
from tests.geo.editing_town import NOW, TRANSLATOR, content, edit, publish, said, version

ODD_TEXTS = (
    "Une porte.",
    "a < b & c > d ]]> \"'",
    "<script>alert(1)</script>",
    "&lt;b&gt; &#x41; %(x)s {{ 7 * 7 }}",
    "باب\u200fعال\u200e\u061c",
    "ⵜⴰⴳⴳⵓⵔⵜ",
    "deux\nlignes\tet un tab",
    "=1+1",
    "+33",
    "-2",
    "@SUM(A1)",
    "'quoted'",
    "'=quoted",
    "''",
    'a;b,c"d',
    "\U0001f600 \u0301",
)
READ: Any = Xliff2File.parsestring
"""Of the translate toolkit: a reader that is none of ours."""
NAMESPACES = {"x": xliff.CORE, "g": xliff.GLOSSARY}


@pytest.fixture
def desk(town: Session) -> Session:
    """The tiny town with its texts counted."""
    units.rebuild(town)
    return town


def _commune(session: Session) -> Commune:
    there = published.current(session)
    assert there is not None
    return there.commune


def _going(session: Session, scope: str = "all") -> list[Going]:
    return exchange.going(session, "ar", "fr", scope, "", 1)


def _file(session: Session, **targets: str) -> bytes:
    """The town's file as an agency sends it back, with these targets by field of the gate."""
    root = etree.fromstring(xliff.written(_going(session), "fr", "ar", "made-up"))
    for field, words in targets.items():
        segment = root.find(f".//x:unit[@id='monuments.gate.{field}']/x:segment", NAMESPACES)
        target = segment.find("x:target", NAMESPACES)
        target.text = words
    return bytes(etree.tostring(root))


def _take(session: Session, data: bytes, **how: Any) -> tuple[int, list[tuple[str, str]]]:
    seen = exchange.preview(session, "ar", xliff.read(data, "ar"))
    how = {"stamp": seen.stamp, "also_stale": False, "person": TRANSLATOR, **how}
    return exchange.take(session, _commune(session), "ar", seen, now=NOW, **how)


def _made(texts: tuple[str, ...]) -> list[Going]:
    term = Fixed("porte <&>", "باب", "word", "note", False)
    return [
        Going(f"monuments.t{n}.summary", text, "0" * 32, text, "machine", text, [term])
        for n, text in enumerate(texts)
    ]


def test_a_file_follows_the_standard() -> None:
    """By the standard's own rules: no package ships its schema. Against it: docs/translating.md."""
    root = etree.fromstring(xliff.written(_made(ODD_TEXTS), "fr", "ar", "made-up"))
    assert root.attrib == {"version": "2.0", "srcLang": "fr", "trgLang": "ar"}
    assert [etree.QName(file).localname for file in root] == ["file"]
    ids = [unit.get("id") for unit in root[0]]
    assert len(ids) == len(set(ids)) == len(ODD_TEXTS)
    for unit in root[0]:
        # Section 4.2.2.5: elements of modules, then notes, then segments. NMTOKEN for ids.
        assert re.fullmatch(r"[\w.:-]+", unit.get("id"))
        assert [etree.QName(part).localname for part in unit] == ["glossary", "notes", "segment"]
        segment = unit.find("x:segment", NAMESPACES)
        assert segment.get("state") in ("initial", "translated", "reviewed", "final")
        assert [etree.QName(part).localname for part in segment] == ["source", "target"]
        entry = unit.find("g:glossary/g:glossEntry", NAMESPACES)
        assert [etree.QName(part).localname for part in entry] == ["term", "translation", "definition"]


def test_another_program_reads_what_was_written() -> None:
    read = READ(xliff.written(_made(ODD_TEXTS), "fr", "ar", "made-up"))

    assert [(unit.source, unit.target) for unit in read.units] == [(text, text) for text in ODD_TEXTS]
    assert (read.sourcelanguage, read.targetlanguage) == ("fr", "ar")


def test_what_another_program_wrote_is_read() -> None:
    theirs = READ(xliff.written(_made(ODD_TEXTS), "fr", "ar", "made-up"))
    for unit in theirs.units:
        unit.target = unit.source[::-1]
    back = xliff.read(bytes(theirs), "ar")

    assert [one.target for one in back] == [text[::-1] for text in ODD_TEXTS]
    assert {one.made_from for one in back} == {"0" * 32}


@pytest.mark.parametrize("way", [xliff, tables])
def test_every_sign_survives_the_way_out_and_back(way: Any) -> None:
    going = _made(ODD_TEXTS)
    data = xliff.written(going, "fr", "ar", "o") if way is xliff else tables.written(going, "fr", "ar")
    back = way.read(data, "ar")

    assert [(one.id, one.source, one.target, one.odd) for one in back] == [
        (one.id, one.source, one.target, "") for one in going
    ]


def test_no_cell_is_a_formula_and_spreadsheets_know_the_encoding() -> None:
    data = tables.written(_made(ODD_TEXTS), "fr", "ar")
    assert data.startswith(b"\xef\xbb\xbf")
    cells = [cell for line in csv.reader(io.StringIO(data.decode("utf-8-sig"))) for cell in line]

    assert [cell for cell in cells if cell.startswith(tables.FORMULA)] == []


def test_a_table_of_another_spreadsheet_is_read(desk: Session) -> None:
    lines = [["id", "source", "target ar"], ["monuments.gate.summary", "Une porte.", "باب عال."]]
    for delimiter in (";", "\t", ","):
        table = "\r\n".join(delimiter.join(line) for line in lines).encode()
        [change] = exchange.preview(desk, "ar", tables.read(table, "ar")).changes
        assert (change.before, change.after, change.stale) == ("باب.", "باب عال.", False)


def test_what_comes_back_is_seen_first_and_then_kept_as_a_draft(desk: Session) -> None:
    seen = exchange.preview(desk, "ar", xliff.read(_file(desk, summary="باب عال."), "ar"))
    assert [(one.field, one.before, one.after) for one in seen.changes] == [("summary", "باب.", "باب عال.")]
    assert (seen.odd, seen.same, seen.empty) == ([], 1, 3)
    assert _take(desk, _file(desk, summary="باب عال.")) == (1, [])

    assert content(desk, "ar")["summary"]["state"] == "written"
    assert said(desk, lang="ar") == ("باب.", "machine")


def test_what_was_made_from_an_older_original_is_told_and_not_taken_by_itself(desk: Session) -> None:
    file = _file(desk, summary="باب عال.")
    edit(desk, "fr", summary={"text": "Une haute porte.", "state": "written"})
    publish(desk, "fr")
    seen = exchange.preview(desk, "ar", xliff.read(file, "ar"))
    assert [one.stale for one in seen.changes] == [True]
    assert _take(desk, file) == (0, [])
    assert version(desk, "ar") == 1
    assert _take(desk, file, also_stale=True) == (1, [])

    listed = units.page(desk, "ar", units.Asked(rank="stale"), ["fr"], limit=5)
    assert [(unit.key, unit.field) for unit in listed] == [("gate", "summary")]


def test_what_changed_since_the_preview_is_shown_again(desk: Session) -> None:
    file = _file(desk, summary="باب عال.")
    stamp = exchange.preview(desk, "ar", xliff.read(file, "ar")).stamp
    edit(desk, "ar", TRANSLATOR, summary={"text": "باب عتيق.", "state": "written"})
    with pytest.raises(Conflict):
        _take(desk, file, stamp=stamp)


def test_who_does_not_translate_into_the_language_brings_nothing(desk: Session) -> None:
    from core.accounts import Role
    from geo.editing.rights import Person

    other = Person("account:8", "X", {Role.TRANSLATOR}, {"en"})
    with pytest.raises(Refused):
        _take(desk, _file(desk, summary="باب عال."), person=other)


def _changed(data: bytes, before: str, after: str) -> bytes:
    assert before.encode() in data
    return data.replace(before.encode(), after.encode())


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ("monuments.gate.summary", "monuments.nothing.summary", "unknown"),
        ("monuments.gate.summary", "infrastructure.gate.summary", "unknown"),
        ("monuments.gate.summary", "x", "unknown"),
        ("monuments.gate.summary", "monuments.gate.' OR 1=1", "unknown"),
        ("<source>Une porte.</source>", "<source>Une autre.</source>", "changed"),
        (">NEW<", "><pc id='1'>NEW</pc><", "markup"),
        (">NEW<", ">a<script xmlns='http://www.w3.org/1999/xhtml'>b</script><", "markup"),
        (">NEW<", "><!-- -->NEW<", "markup"),
        (">NEW<", ">a\u202eb<", "text"),
        (">NEW<", f">{'x' * 20_001}<", "text"),
    ],
)
def test_a_unit_that_cannot_be_taken_is_told(desk: Session, before: str, after: str, why: str) -> None:
    data = _changed(_file(desk, summary="NEW"), before, after)
    seen = exchange.preview(desk, "ar", xliff.read(data, "ar"))

    assert [reason for _, reason in seen.odd] == [why]
    assert seen.changes == []


def test_the_same_unit_twice_is_taken_once(desk: Session) -> None:
    twice = [Coming("monuments.gate.summary", "Une porte.", word) for word in ("أ", "ب")]
    seen = exchange.preview(desk, "ar", twice)

    assert [one.after for one in seen.changes] == ["أ"]
    assert seen.odd == [("monuments.gate.summary", "twice")]


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
HEAD = f'<xliff xmlns="{xliff.CORE}" version="2.0" srcLang="fr" trgLang="ar">'


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe<\x00x\x00",
        b"<xliff",
        b"<a/>",
        b'<xliff xmlns="urn:oasis:names:tc:xliff:document:1.2" version="1.2"/>',
        f"{BOMB}{HEAD}<file id='f'><unit id='u'/></file></xliff>".encode(),
        f"<!DOCTYPE xliff SYSTEM 'file:///etc/passwd'>{HEAD}</xliff>".encode(),
        f"{HEAD}<file id='f'/></xliff>".encode(),
        HEAD.replace("trgLang", "t").encode() + b"</xliff>",
        HEAD.replace('"ar"', '"en"').encode() + b"</xliff>",
        HEAD.replace('"2.0"', '"1.2"').encode() + b"</xliff>",
        f"{HEAD}<file id='f'>{'<unit id=`u`/>'.replace('`', chr(39)) * 2001}</file></xliff>".encode(),
        f"{HEAD}{'<group>' * 5000}".encode(),
        b"x" * (exchange.LARGEST_BYTES + 1),
    ],
)
def test_a_hostile_file_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(Invalid):
        xliff.read(data, "ar")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"a,b\n1,2\n",
        b"id,source,target en\nx,y,z\n",
        b"id,source,target\n",
        b"id,source,target\n" + b"x,y,z\n" * 2001,
        b'id,source,target\nx,y,"' + b"z" * 200_000,
        b"x" * (exchange.LARGEST_BYTES + 1),
    ],
)
def test_a_hostile_table_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(Invalid):
        tables.read(data, "ar")


def test_the_glossary_of_a_file_has_the_terms_of_its_units(desk: Session) -> None:
    term = terms.add(desk, "porte", "word", by="test", now=NOW)
    terms.fix(desk, term.id, {"ar": "باب"}, by="test", now=NOW)
    root = etree.fromstring(xliff.written(_going(desk), "fr", "ar", "made-up"))

    with_terms = root.xpath("//x:unit[g:glossary]/@id", namespaces=NAMESPACES)
    assert with_terms == ["monuments.gate.name", "monuments.gate.summary"]
    assert next(one.id for one in _going(desk, "missing")) == "monuments.tower.name"
    assert exchange.sources(desk, "ar", "all", "") == [("fr", 1)]
