"""Ten thousand wrong passwords in a day, from five hundred places: a few dozen are looked at."""

import pytest
from flask import Flask

from core.accounts import Role
from core.people import passwords
from tests.portal.conftest import Clock
from tests.portal.people import BASE, HERE, PASSWORD, Browser, somebody

TRIES = 10_000
PLACES = 500


def test_ten_thousand_wrong_passwords_are_a_few_dozen(
    people: Flask, watch: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, email = somebody(people.extensions["engine"], Role.STAFF)
    looked_at: list[str] = []
    fits = passwords.fits

    def counted(stored: str | None, password: str) -> bool:
        looked_at.append(password)
        return fits(stored, password)

    monkeypatch.setattr(passwords, "fits", counted)
    client = people.test_client(use_cookies=False)
    statuses: dict[int, int] = {}
    for number in range(TRIES):
        place = number % PLACES
        answer = client.post(
            "/account/enter",
            data={"email": email, "password": f"wrong {number}"},
            base_url=BASE,
            headers=HERE,
            environ_base={"REMOTE_ADDR": f"198.{18 + place // 250}.{place % 250}.7"},
        )
        statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
        watch.later(seconds=8)

    assert set(statuses) == {422, 429}
    assert len(looked_at) == statuses[422] <= 40
    assert Browser(people).enter(email, PASSWORD).status_code == 429
    watch.later(hours=2)
    assert Browser(people).enter(email, PASSWORD).status_code == 303
