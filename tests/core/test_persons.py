"""One person's data: all of it handed out, and all of it erased, in every table and column."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from core.backups.making import Holdings
from core.db import Engine, Session, session_of
from core.errors import Conflict
from core.people import register
from core.people.models import Account
from core.persons import columns, erasing, exporting, finding
from tests.core.lived import EMAIL, NAME, NOW, OTHER, OTHER_EMAIL, holdings, live, spool

SOUNDS_LIKE_A_PERSON = re.compile(
    r"(^|_)(names?|e?mail|by|person|people|user|who|whom|author|recipient|sender|speaker|actor|owner|manager"
    r"|phone|telephone|contact|editor|agent)($|_)"
)
IN_WORDS = "SELECT table_schema, table_name, column_name, data_type FROM information_schema.columns c" \
    " JOIN information_schema.tables t USING (table_schema, table_name)" \
    " WHERE table_schema IN ('public', 'jobs') AND table_type = 'BASE TABLE'" \
    " AND table_name NOT IN ('spatial_ref_sys') ORDER BY 1, 2, 3"  # fmt: skip


@pytest.fixture(scope="module")
def peopled(databases: object, shipped: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Holdings]:
    """A commune in which a person stands behind every kind of act."""
    with databases("peopled") as engine:  # type: ignore[operator]
        held = holdings(engine, tmp_path_factory.mktemp("peopled"))
        live(engine, shipped, held.settings)
        yield held


@pytest.fixture
def here(peopled: Holdings) -> Iterator[Session]:
    """A session on it whose work is taken back."""
    with peopled.engine.connect() as connection:
        transaction = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            yield session
        transaction.rollback()


def _columns(connection: Connection) -> list[tuple[str, str, str]]:
    return [
        (table if schema == "public" else f"{schema}.{table}", column, kind)
        for schema, table, column, kind in connection.execute(text(IN_WORDS)).all()
    ]


def _declared() -> set[str]:
    lists = (columns.NAMES, columns.WORDS, columns.RECORDS)
    return {f"{table}.{column}" for each in lists for table, held in each.items() for column in held}


def test_every_column_that_sounds_like_a_person_is_spoken_of(engine: Engine) -> None:
    with engine.connect() as connection:
        there = {f"{table}.{column}" for table, column, _ in _columns(connection)}
    sounding = {each for each in there if SOUNDS_LIKE_A_PERSON.search(each.rpartition(".")[2])}

    assert len(sounding) > 20
    assert sounding - _declared() - columns.NOBODYS.keys() == set(), (
        "say in core/persons/columns.py whose it is"
    )
    assert (_declared() | columns.NOBODYS.keys()) - there == set(), "there is no such column any more"


@pytest.mark.parametrize("name", ["email", "made_by", "person", "user_name", "speaker", "contact"])
def test_a_new_column_would_be_noticed(name: str) -> None:
    assert SOUNDS_LIKE_A_PERSON.search(name)
    assert not SOUNDS_LIKE_A_PERSON.search("bytes") and not SOUNDS_LIKE_A_PERSON.search("heading")


def test_every_table_that_names_an_account_goes_with_it(engine: Engine) -> None:
    with engine.connect() as connection:
        naming = connection.execute(
            text(
                "SELECT conrelid::regclass::text, confdeltype::text FROM pg_constraint"
                " WHERE contype = 'f' AND confrelid = 'account'::regclass"
            )
        ).all()

    assert {table for table, _ in naming} == columns.OWN.keys() - {"account", "letter"}
    assert {deletion for _, deletion in naming} == {"c"}


def _traces(session: Session, *words: str) -> list[str]:
    """Every text and JSON of every table in which one of the words stands."""
    found = []
    for table, column, kind in _columns(session.connection()):
        if not kind.startswith(("character", "text", "json", "ARRAY")):
            continue
        for word in words:
            query = text(
                f'SELECT count(*) FROM {table} WHERE position(lower(:word) IN lower("{column}"::text)) > 0'
            )
            if session.scalar(query, {"word": word}):
                found.append(f"{table}.{column}: {word}")
    return found


def _account(session: Session, email: str = EMAIL) -> Account:
    account = register.by_email(session, email)
    assert account is not None
    return account


def test_of_an_erased_person_no_trace_is_left_in_any_column(peopled: Holdings, here: Session) -> None:
    before = _traces(here, EMAIL, NAME)
    assert {trace.partition(":")[0] for trace in before} >= {
        f"{table}.{column}" for table, held in columns.NAMES.items() for column in held
    } - {"recording.speaker", "account.created_by"}
    number = _account(here).id
    letters = len(spool(peopled.settings))

    done = erasing.erase(here, peopled.settings, _account(here), now=NOW)

    assert _traces(here, EMAIL, NAME) == []
    assert done.instead == f"erased person {number}" and not done.name_stays
    assert len(spool(peopled.settings)) == letters - 1 == letters - done.letters
    assert register.by_email(here, EMAIL) is None


def test_the_acts_of_an_erased_person_stay_and_those_of_others_are_untouched(
    here: Session, peopled: Holdings
) -> None:
    acts = "SELECT count(*), count(*) FILTER (WHERE person = :other) FROM sign_event"
    before = here.execute(text(acts), {"other": OTHER}).one()

    done = erasing.erase(here, peopled.settings, _account(here), now=NOW)

    assert here.execute(text(acts), {"other": OTHER}).one() == before
    note, details = here.execute(
        text("SELECT note, details FROM sign_event WHERE person = :name LIMIT 1"), {"name": done.instead}
    ).one()
    assert note == f"asked {done.instead}, {done.instead}, about the wall"
    assert details == {"by": done.instead}
    [after] = here.scalars(text("SELECT after FROM wifi_edit")).all()
    assert after == [{"key": "h1", "changed_by": done.instead, "note": f"call {done.instead}"}]
    assert _account(here, OTHER_EMAIL).name == OTHER


def test_a_name_that_two_people_have_stays_behind_what_was_done(here: Session, peopled: Holdings) -> None:
    register.invite(here, "same@commune.example", NAME.upper(), lang="fr", roles=[], by=OTHER, now=NOW)
    here.flush()

    done = erasing.erase(here, peopled.settings, _account(here), now=NOW)

    assert done.name_stays
    assert _traces(here, EMAIL) == []
    assert here.scalar(text("SELECT count(*) FROM sign_event WHERE person = :name"), {"name": NAME}) == 2


def test_a_name_inside_another_word_is_left(here: Session, peopled: Holdings) -> None:
    here.execute(text("UPDATE wifi_survey SET title = :title"), {"title": f"un{NAME}like, {NAME}"})

    done = erasing.erase(here, peopled.settings, _account(here), now=NOW)

    assert here.scalar(text("SELECT title FROM wifi_survey")) == f"un{NAME}like, {done.instead}"


@pytest.mark.parametrize("name", ['O."Quote" (x+)\\1', "محمد بن عبد", "Iḍ-Ben*"])
def test_names_with_signs_of_their_own_are_found_as_they_are(
    here: Session, peopled: Holdings, name: str
) -> None:
    here.execute(text("UPDATE account SET name = :name WHERE email = :email"), {"name": name, "email": EMAIL})
    here.execute(
        text("UPDATE sign_event SET person = :name, note = :note"), {"name": name, "note": f"({name})!"}
    )
    here.execute(
        text("UPDATE sign_event SET details = CAST(:json AS jsonb)"),
        {"json": json.dumps({"by": name, "a": "\\1"})},
    )
    here.expire_all()

    done = erasing.erase(here, peopled.settings, _account(here), now=NOW)

    row = here.execute(text("SELECT DISTINCT person, note, details::text FROM sign_event")).one()
    assert row[:2] == (done.instead, f"({done.instead})!")
    assert json.loads(row[2]) == {"by": done.instead, "a": "\\1"}


def test_the_last_administrator_cannot_be_erased(here: Session, peopled: Holdings) -> None:
    with pytest.raises(Conflict, match="last administrator"):
        erasing.erase(here, peopled.settings, _account(here, OTHER_EMAIL), now=NOW)
    assert _account(here, OTHER_EMAIL).name == OTHER


def test_what_is_handed_out_is_everything_but_what_lets_somebody_in(here: Session) -> None:
    account = _account(here)
    held = exporting.export(here, account, now=NOW)

    assert held["email"] == EMAIL and held["shortened"] == [] and not held["name_is_shared"]
    traced = {trace.partition(":")[0].rpartition(".")[0] for trace in _traces(here, EMAIL, NAME)}
    assert traced <= held["rows"].keys()
    assert {"passkey", "recovery_code", "sign_in", "letter", "wifi_edit"} <= held["rows"].keys()
    assert [row["name"] for row in held["rows"]["passkey"]] == [f"Telephone of {NAME}"]
    said = json.dumps(held, ensure_ascii=False)
    secret = here.execute(
        text("SELECT password, encode(handle, 'hex') FROM account WHERE email = :e"), {"e": EMAIL}
    )
    assert [each for each in secret.one() if each in said] == []
    assert "$argon2" not in said and "/account/link/" not in said
    for table, left in columns.SECRETS.items():
        assert all(column not in row for row in held["rows"].get(table, ()) for column in left)


def test_nothing_of_others_is_handed_out(here: Session) -> None:
    held = exporting.export(here, _account(here), now=NOW)

    assert OTHER_EMAIL not in json.dumps(held)
    assert all(row["person"] == NAME for row in held["rows"]["sign_event"])


def test_no_more_is_handed_out_than_is_bearable_and_it_says_so(
    here: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "MOST", 1)

    held = exporting.export(here, _account(here), now=NOW)

    assert "sign_event" in held["shortened"]
    assert len(held["rows"]["sign_event"]) == 1


def test_tables_without_a_number_are_known(engine: Engine) -> None:
    with engine.connect() as connection:
        numbered = {table for table, column, _ in _columns(connection) if column == "id"}

    assert set(columns.tables()) - numbered == set(exporting.WITHOUT_ID) & set(columns.tables())
    assert (
        finding.is_in("account") == "(each.id = :id) OR lower(each.created_by) = lower(CAST(:name AS text))"
    )


def test_a_commit_erases_for_good(databases: object, shipped: Path, tmp_path: Path) -> None:
    with databases("gone") as engine:  # type: ignore[operator]
        held = holdings(engine, tmp_path)
        live(engine, shipped, held.settings)
        with session_of(engine) as session:
            erasing.erase(session, held.settings, _account(session), now=NOW)
            session.commit()
        with session_of(engine) as session:
            assert _traces(session, EMAIL, NAME) == []
