"""Passkeys, as the browser's script asks for them; a person's own list of them."""

import json
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, current_app, g, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.accounts import Role, open_to
from core.db import db
from core.errors import Invalid, Refused
from core.people import passkeys, register, sessions
from geo.vocabulary import N_
from portal.accounts import entry, own, ways
from portal.accounts.entry import page

blueprint = Blueprint("keys", __name__, url_prefix="/account")


def site() -> passkeys.Site:
    """Whom passkeys are for: the public's host, or the one asked for where none is set."""
    settings = current_app.config["SETTINGS"]
    origin = settings.PUBLIC_URL.rstrip("/") or request.host_url.rstrip("/")
    parts = urlsplit(origin)
    return passkeys.Site(parts.hostname or "", f"{parts.scheme}://{parts.netloc}", "Athar", entry.key())


@blueprint.get("/keys")
@open_to(Role.MEMBER, confirmed=True)
def listed() -> ResponseReturnValue:
    """One's passkeys, and a button for another."""
    return page("accounts/keys.html", keys=passkeys.listed(db.session, own.mine().id))


@blueprint.post("/keys/<int:passkey_id>/remove")
@open_to(Role.MEMBER, confirmed=True)
def remove(passkey_id: int) -> ResponseReturnValue:
    """Forget one of one's own passkeys."""
    me = own.mine()
    name = passkeys.remove(db.session, me.id, passkey_id)
    register.note(db.session, me, "passkey_gone", me.name, name, now=clock.now())
    db.session.commit()
    return redirect(url_for(".listed"), 303)


@blueprint.post("/passkeys/offer")
@open_to(Role.MEMBER, confirmed=True)
def offer() -> ResponseReturnValue:
    """What the browser needs to make one."""
    return jsonify(passkeys.offer(db.session, own.mine(), site()))


@blueprint.post("/passkeys/keep")
@open_to(Role.MEMBER, confirmed=True)
def keep() -> ResponseReturnValue:
    """Keep what the browser made."""
    me, now = own.mine(), clock.now()
    sent = _sent()
    kept = passkeys.keep(db.session, me, site(), _made(sent), str(sent.get("name", "")), now=now)
    register.note(db.session, me, "passkey", me.name, kept.name, now=now)
    db.session.commit()
    return jsonify(next=url_for(".listed"))


@blueprint.post("/passkeys/ask")
@open_to(Role.PUBLIC)
def ask() -> ResponseReturnValue:
    """What the browser needs to let a person choose one."""
    return jsonify(passkeys.ask(site()))


@blueprint.post("/passkeys/enter")
@open_to(Role.PUBLIC)
def enter() -> ResponseReturnValue:
    """Come in: a passkey is two steps in one, a device and the finger, face or number that opens it."""
    now, sent = clock.now(), _sent()
    entry.count_from_here(now)
    account = passkeys.whose(db.session, site(), _made(sent), now=now)
    entry.went_well_from_here(now)
    following = ways.inside(str(sent.get("next", ""))) or ""
    answer = entry.let_in(account, "passkey", following, now)
    return jsonify(next=answer.headers["Location"])


@blueprint.post("/passkeys/confirm")
@open_to(Role.MEMBER)
def confirm() -> ResponseReturnValue:
    """Show that it is still oneself."""
    now, sent = clock.now(), _sent()
    account = passkeys.whose(db.session, site(), _made(sent), now=now)
    if account.id != g.known.account_id:
        raise Refused(N_("This passkey is of another account."))
    sessions.confirm(db.session, g.known.id, now=now)
    db.session.commit()
    return jsonify(next=ways.inside(str(sent.get("next", ""))) or url_for("own.account"))


def _sent() -> dict[str, Any]:
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict):
        raise Invalid("passkey", N_("This passkey could not be checked. Please try again."))
    return sent


def _made(sent: dict[str, Any]) -> dict[str, Any]:
    """What the browser says of the passkey, as plain JSON."""
    made = sent.get("made")
    if not isinstance(made, dict) or len(json.dumps(made)) > 20_000:
        raise Invalid("passkey", N_("This passkey could not be checked. Please try again."))
    return made
