"""What the commune's people do in every journey: come in with a password or a passkey."""

import json

from flask import Flask
from playwright.sync_api import Page

from core import clock
from core.accounts import Role
from core.db import session_of
from core.people import register

PASSWORD = "palm walls seven donkeys"


def member(app: Flask, address: str, *roles: Role, name: str = "F. Amzil") -> None:
    """An account that is in use; who translates, translates into Arabic."""
    languages = ["ar"] if Role.TRANSLATOR in roles else []
    with session_of(app.extensions["engine"]) as session:
        _, token = register.invite(
            session, address, name, lang="ar", roles=roles, languages=languages, by="test", now=clock.now()
        )
        register.take_up(session, token, PASSWORD, now=clock.now())
        session.commit()


def come_in(page: Page, base: str, address: str) -> None:
    """By e-mail address and password."""
    page.goto(f"{base}/account/enter")
    page.locator("#email").fill(address)
    page.locator("#password").fill(PASSWORD)
    page.locator("main form button").click()


def authenticator(page: Page) -> str:
    """A key store of the browser that always finds the right finger."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return str(made["authenticatorId"])


def clean(page: Page, axe: str) -> None:
    """Nothing on the page that the accessibility checker minds."""
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert found["violations"] == [], json.dumps(found["violations"], ensure_ascii=False)[:2000]
