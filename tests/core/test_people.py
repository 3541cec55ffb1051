"""Names, addresses, passwords, codes, devices: the rules without the web."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from argon2 import extract_parameters
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.accounts import GIVEN, Role
from core.errors import Conflict, Invalid
from core.people import checks, passwords, register, second, sessions
from core.people.models import Account

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def _account(session: Session, email: str = "f.amzil@commune.example", *roles: Role) -> Account:
    account, _ = register.invite(session, email, "F. Amzil", lang="ar", roles=roles, by="test", now=NOW)
    return account


NO_ADDRESSES = (
    *("", "x", "a@b", "a b@c.ma", "@b.ma", "a@.ma", "a..b@c.ma", "a@b.ma,c@d.ma", "a@b_c.ma", "<a@b.ma>"),
    *(
        "a@b.ma\r\nBcc: x@y.ma",
        "a@b.ma\nx",
        "ا@ب.ما",
        "a" * 65 + "@b.ma",
        "a@" + "b." * 130 + "ma",
        "a@127.0.0.1",
    ),
)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/141.0 Mobile Safari/537.36"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1"


@pytest.mark.parametrize("typed", NO_ADDRESSES)
def test_what_is_no_e_mail_address(typed: str) -> None:
    with pytest.raises(Invalid):
        checks.email(typed)


@pytest.mark.parametrize("typed", ["", "x", " x ", "x" * 81, "a\x07b", "a‮b", "a​b"])
def test_what_is_no_name(typed: str) -> None:
    with pytest.raises(Invalid):
        checks.name(typed)


def test_names_and_addresses_as_they_are_kept() -> None:
    assert checks.name("  فاطمة \n أمزيل ") == "فاطمة أمزيل"
    assert checks.email(" F.Amzil+map@Commune.Example ") == "f.amzil+map@commune.example"


def test_one_address_has_one_account(session: Session) -> None:
    _account(session)

    with pytest.raises(Conflict):
        _account(session, "F.AMZIL@commune.example")


def test_roles_hold_no_other_role() -> None:
    assert Role.PUBLIC not in GIVEN and Role.MEMBER not in GIVEN
    with pytest.raises(Invalid):
        checks.roles(["member"])
    with pytest.raises(Invalid):
        checks.languages([], [Role.TRANSLATOR])
    assert checks.languages(["fr", "ar", "xx"], [Role.TRANSLATOR]) == ["ar", "fr"]
    assert checks.languages(["fr"], [Role.EDITOR]) == []


def test_the_last_administrator_stays(session: Session) -> None:
    session.execute(text("DELETE FROM account"))
    first = _account(session, "a@commune.example", Role.ADMIN)
    with pytest.raises(Conflict):
        register.shut(session, first, by="test", now=NOW)
    with pytest.raises(Conflict):
        register.allow(session, first, ["staff"], by="test", now=NOW)
    second_one = _account(session, "b@commune.example", Role.ADMIN)

    register.shut(session, first, by="test", now=NOW)

    with pytest.raises(Conflict):
        register.allow(session, second_one, [], by="test", now=NOW)


def test_the_hash_that_is_nobody_s_costs_as_much_as_ours() -> None:
    assert extract_parameters(passwords.NOBODYS) == extract_parameters(passwords.keep("x"))
    assert not passwords.fits(None, "x")


def test_a_password_is_the_same_from_every_keyboard() -> None:
    kept = passwords.keep("caf\u00e9 ﻻ donkeys")

    assert passwords.fits(kept, "cafe\u0301 ﻻ donkeys")
    assert not passwords.fits(kept, "cafe donkeys")


def test_codes_are_those_of_the_standard() -> None:
    """RFC 6238, appendix B, its last six digits."""
    seed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    for seconds, code in ((59, "287082"), (1111111109, "081804"), (20000000000, "353130")):
        assert second._step(seed, code, datetime.fromtimestamp(seconds, UTC)) == seconds // 30


def test_a_code_is_good_for_a_minute_and_a_half_and_once(session: Session) -> None:
    account = _account(session)
    secret = second.new_secret()
    app = pyotp.TOTP(secret)
    second.set_up(session, account, secret, app.at(NOW), "key", now=NOW)
    session.flush()
    assert account.totp is not None and secret.encode() not in account.totp

    def fits(code: str, seconds: int, key: str = "key") -> str | None:
        return second.fits(session, account, code, key, now=NOW + timedelta(seconds=seconds))

    assert fits(app.at(NOW), 5) is None
    later = app.at(NOW + timedelta(minutes=5))
    assert fits(later, 300 - 61) is None and fits(later, 300 + 61) is None
    assert fits(later, 300, "another key") is None
    assert fits(later, 300 + 30) == "totp" and fits(later, 300 + 30) is None


def test_codes_on_paper_are_good_once_and_only_the_newest(session: Session) -> None:
    account = _account(session)
    secret = second.new_secret()
    old = second.set_up(session, account, secret, pyotp.TOTP(secret).at(NOW), "key", now=NOW)
    fresh = second.new_codes(session, account)
    session.flush()

    assert second.fits(session, account, old[0], "key", now=NOW) is None
    assert second.fits(session, account, fresh[0], "key", now=NOW) == "recovery"
    assert second.fits(session, account, fresh[0], "key", now=NOW) is None
    assert second.left(session, account.id) == second.CODES - 1
    second.take_away(session, account)
    assert second.fits(session, account, fresh[1], "key", now=NOW) is None


def test_the_table_of_who_is_in_opens_nothing(session: Session) -> None:
    account = _account(session)
    token = sessions.begin(session, account, "password", "", now=NOW)
    session.flush()
    (there,) = sessions.listed(session, account.id, now=NOW)

    assert token not in there.token_hash
    assert sessions.known(session, there.token_hash, now=NOW) is None
    assert sessions.known(session, token, now=NOW) is not None


def test_of_many_devices_the_oldest_goes(session: Session) -> None:
    account = _account(session)
    tokens = [sessions.begin(session, account, "password", "", now=NOW) for _ in range(sessions.MOST + 2)]

    assert len(sessions.listed(session, account.id, now=NOW)) == sessions.MOST
    assert sessions.known(session, tokens[1], now=NOW) is None
    assert sessions.known(session, tokens[-1], now=NOW) is not None


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox, Linux"),
        (CHROME, "Chrome, Android"),
        (SAFARI, "Safari, iPhone"),
        ("curl/8 <script>alert(1)</script>", ""),
        ("", ""),
    ],
)
def test_devices_are_told_in_words_of_ours(agent: str, words: str) -> None:
    assert sessions.device(agent) == words
