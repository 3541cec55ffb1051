"""One's own account: where one is in, password, second step, passkeys."""

from flask import Blueprint, g, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeTimedSerializer
from markupsafe import Markup

from core import clock
from core.accounts import GIVEN, Role, open_to
from core.caching import unkept
from core.db import db
from core.errors import Conflict, Invalid, Refused, TooMany
from core.people import passkeys, register, second, sessions
from core.people.models import Account
from core.persons import exporting
from geo.vocabulary import N_
from portal.accounts import entry, ways, words
from portal.accounts.entry import page
from qr_signs import symbol

blueprint = Blueprint("own", __name__, url_prefix="/account")


def mine() -> Account:
    """The account of who asks."""
    return register.by_id(db.session, g.known.account_id or 0)


@blueprint.get("")
@open_to(Role.MEMBER)
def account() -> ResponseReturnValue:
    """What one may do, how one comes in, and where one is in."""
    me = mine()
    return page(
        "accounts/own.html",
        me=me,
        here=g.known.id,
        places=sessions.listed(db.session, me.id, now=clock.now()),
        keys=passkeys.listed(db.session, me.id),
        papers=second.left(db.session, me.id),
        events=register.events(db.session, me.id, limit=20),
        roles=words.ROLES,
        ways=words.WAYS,
        told=words.EVENTS,
        given=GIVEN,
    )


@blueprint.get("/data")
@open_to(Role.MEMBER, confirmed=True)
def data() -> ResponseReturnValue:
    """Everything that is held about oneself, as a file."""
    held = exporting.export(db.session, mine(), now=clock.now())
    answer = jsonify(held)
    answer.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return unkept(answer)


@blueprint.post("/sign-ins/<int:sign_in_id>/end")
@open_to(Role.MEMBER)
def end(sign_in_id: int) -> ResponseReturnValue:
    """Sign out on another of one's own devices."""
    sessions.end(db.session, g.known.account_id, sign_in_id)
    db.session.commit()
    return redirect(url_for(".account"), 303)


@blueprint.post("/sign-ins/end")
@open_to(Role.MEMBER)
def end_all() -> ResponseReturnValue:
    """Sign out everywhere, here too."""
    register.sign_out(db.session, mine(), by=g.staff_name, now=clock.now())
    db.session.commit()
    return redirect(url_for("entry.door"), 303)


@blueprint.get("/confirm")
@open_to(Role.MEMBER, *GIVEN)
def confirming() -> ResponseReturnValue:
    """Ask who sits there to show that it is still them."""
    return page("accounts/confirm.html", next=ways.inside(request.args.get("next")) or "", who=g.known)


@blueprint.post("/confirm")
@open_to(Role.MEMBER)
def confirm() -> ResponseReturnValue:
    """Take the password once more."""
    me, now = mine(), clock.now()
    following = ways.inside(request.form.get("next")) or ""
    typed = request.form.get("password", "")[: entry.LONGEST_TYPED]
    try:
        if not entry.check(me, me.email, typed, now):
            raise Invalid("password", N_("This is not your password."))
    except (Invalid, TooMany) as wrong:
        return page("accounts/confirm.html", wrong, next=following, who=g.known)
    sessions.confirm(db.session, g.known.id, now=now)
    db.session.commit()
    return redirect(following or url_for(".account"), 303)


@blueprint.get("/password")
@open_to(Role.MEMBER, confirmed=True)
def password() -> ResponseReturnValue:
    """Ask for a new password."""
    return page("accounts/password.html", me=mine())


@blueprint.post("/password")
@open_to(Role.MEMBER, confirmed=True)
def change() -> ResponseReturnValue:
    """Set a new password; other devices are signed out."""
    me = mine()
    try:
        register.change_password(db.session, me, entry.twice(), here=g.known.id, now=clock.now())
    except Invalid as wrong:
        return page("accounts/password.html", wrong, me=me)
    db.session.commit()
    return redirect(url_for(".account"), 303)


@blueprint.get("/codes")
@open_to(Role.MEMBER, confirmed=True)
def codes() -> ResponseReturnValue:
    """A new secret for the app, to be read from the screen."""
    return _codes(mine(), second.new_secret())


def _codes(me: Account, secret: str, wrong: Invalid | None = None) -> ResponseReturnValue:
    issuer = g.commune.name(["en", "fr", *g.order]).text if g.get("commune") else ""
    address = second.address(secret, me.email, f"Athar {issuer}".strip())
    return page(
        "accounts/codes.html",
        wrong,
        me=me,
        secret=secret,
        sealed=_signer().dumps([me.id, secret]),
        drawing=Markup(symbol.make(address, "M").svg()),  # noqa: S704 - our own picture
    )


@blueprint.post("/codes")
@open_to(Role.MEMBER, confirmed=True)
def set_up() -> ResponseReturnValue:
    """Begin asking for codes, once the app has shown the first."""
    me, now = mine(), clock.now()
    try:
        whose, secret = _signer().loads(request.form.get("sealed", ""), max_age=3600)
    except (BadSignature, ValueError, TypeError):
        whose, secret = None, ""
    if whose != me.id:
        raise Refused(N_("That took too long. Please begin again."))
    try:
        papers = second.set_up(
            db.session, me, secret, request.form.get("code", "")[:20], entry.key(), now=now
        )
    except Invalid as wrong:
        return _codes(me, secret, wrong)
    register.note(db.session, me, "codes_on", me.name, "", now=now)
    db.session.commit()
    return page("accounts/papers.html", papers=papers)


@blueprint.post("/codes/papers")
@open_to(Role.MEMBER, confirmed=True)
def papers() -> ResponseReturnValue:
    """New codes on paper; the ones before are good for nothing."""
    me = mine()
    if me.totp is None:
        raise Conflict(N_("Codes on paper stand in for those of an app: set up the app first."))
    fresh = second.new_codes(db.session, me)
    register.note(db.session, me, "papers", me.name, "", now=clock.now())
    db.session.commit()
    return page("accounts/papers.html", papers=fresh)


@blueprint.post("/codes/off")
@open_to(Role.MEMBER, confirmed=True)
def take_away() -> ResponseReturnValue:
    """Ask for codes no more."""
    me = mine()
    second.take_away(db.session, me)
    register.note(db.session, me, "codes_off", me.name, "", now=clock.now())
    db.session.commit()
    return redirect(url_for(".account"), 303)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(entry.key(), salt="athar codes")
