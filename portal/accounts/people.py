"""For administrators: who has an account, what they may do, invitations."""

from typing import Final

from flask import Blueprint, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from core import clock, mail, paging
from core.accounts import GIVEN, Role, open_to
from core.db import db
from core.errors import Conflict, Invalid
from core.people import checks, passkeys, register, second, sessions
from core.people.models import Account
from core.persons import erasing
from core.settings import Settings
from geo.vocabulary import N_
from portal.accounts import letters, words
from portal.accounts.entry import page
from portal.shell import public_base

blueprint = Blueprint("people", __name__, url_prefix="/desk/people")

PER_PAGE: Final = 50


@blueprint.get("")
@open_to(Role.ADMIN)
def listed() -> ResponseReturnValue:
    """Everybody with an account, a page of them."""
    here = paging.asked()
    total, accounts = register.listed(db.session, limit=PER_PAGE, offset=(here - 1) * PER_PAGE)
    at = paging.of(here, total, PER_PAGE)
    return page("accounts/people.html", accounts=accounts, total=total, here=at, roles=words.ROLES)


@blueprint.get("/invite")
@open_to(Role.ADMIN, confirmed=True)
def inviting() -> ResponseReturnValue:
    """The form of an invitation."""
    return _form()


@blueprint.post("/invite")
@open_to(Role.ADMIN, confirmed=True)
def invite() -> ResponseReturnValue:
    """Make an account and write to its person."""
    now = clock.now()
    try:
        account, token = register.invite(
            db.session,
            request.form.get("email", ""),
            request.form.get("name", ""),
            lang=request.form.get("lang", ""),
            roles=request.form.getlist("roles"),
            languages=request.form.getlist("languages"),
            by=g.staff_name,
            now=now,
        )
    except (Invalid, Conflict) as wrong:
        db.session.rollback()
        return _form(wrong)
    letters.invite(db.session, _settings(), account, token, g.staff_name, public_base())
    db.session.commit()
    return redirect(url_for(".person", account_id=account.id), 303)


def _form(wrong: Invalid | Conflict | None = None) -> ResponseReturnValue:
    return page(
        "accounts/invite.html",
        wrong,
        given=request.form,
        chosen=request.form.getlist("roles"),
        spoken=request.form.getlist("languages"),
        roles=words.ROLES,
        may=words.MAY,
        offered=GIVEN,
    )


@blueprint.get("/<int:account_id>")
@open_to(Role.ADMIN, confirmed=True)
def person(account_id: int) -> ResponseReturnValue:
    """One account: what its person may do, and what was done to it."""
    return _person(register.by_id(db.session, account_id))


def _person(account: Account, wrong: Invalid | Conflict | None = None) -> ResponseReturnValue:
    return page(
        "accounts/person.html",
        wrong,
        person=account,
        places=sessions.listed(db.session, account.id, now=clock.now()),
        keys=passkeys.listed(db.session, account.id),
        events=register.events(db.session, account.id, limit=50),
        letter=mail.newest(db.session, account.email),
        letter_states=words.LETTERS,
        told=words.EVENTS,
        roles=words.ROLES,
        may=words.MAY,
        offered=GIVEN,
        now=clock.now(),
    )


@blueprint.post("/<int:account_id>/roles")
@open_to(Role.ADMIN, confirmed=True)
def allow(account_id: int) -> ResponseReturnValue:
    """Give and take roles."""
    account = register.by_id(db.session, account_id)
    chosen, spoken = request.form.getlist("roles"), request.form.getlist("languages")
    try:
        register.allow(db.session, account, chosen, spoken, by=g.staff_name, now=clock.now())
    except (Invalid, Conflict) as wrong:
        return _again(account_id, wrong)
    db.session.commit()
    return redirect(url_for(".person", account_id=account_id), 303)


@blueprint.post("/<int:account_id>/shut")
@open_to(Role.ADMIN, confirmed=True)
def shut(account_id: int) -> ResponseReturnValue:
    """Let a person in no more."""
    try:
        register.shut(db.session, register.by_id(db.session, account_id), by=g.staff_name, now=clock.now())
    except Conflict as wrong:
        return _again(account_id, wrong)
    db.session.commit()
    return redirect(url_for(".person", account_id=account_id), 303)


@blueprint.post("/<int:account_id>/open")
@open_to(Role.ADMIN, confirmed=True)
def open_again(account_id: int) -> ResponseReturnValue:
    """Let a person in again."""
    register.open_again(db.session, register.by_id(db.session, account_id), by=g.staff_name, now=clock.now())
    db.session.commit()
    return redirect(url_for(".person", account_id=account_id), 303)


@blueprint.post("/<int:account_id>/letter")
@open_to(Role.ADMIN, confirmed=True)
def write(account_id: int) -> ResponseReturnValue:
    """Write to a person once more: the address of the letter before is good for nothing.

    Who has a password already gets an address to set another.
    """
    account, now = register.by_id(db.session, account_id), clock.now()
    if account.disabled_at is not None:
        return _again(account_id, Conflict(N_("This account is shut. Open it first.")))
    if account.password is None:
        token = register.link(db.session, account, register.INVITED, now=now)
        letters.invite(db.session, _settings(), account, token, g.staff_name, public_base())
    else:
        token = register.link(db.session, account, register.FORGOTTEN, now=now)
        letters.renew(db.session, _settings(), account, token, public_base())
    register.note(db.session, account, "letter", g.staff_name, "", now=now)
    db.session.commit()
    return redirect(url_for(".person", account_id=account_id), 303)


@blueprint.post("/<int:account_id>/sign-out")
@open_to(Role.ADMIN, confirmed=True)
def sign_out(account_id: int) -> ResponseReturnValue:
    """Sign a person out everywhere."""
    register.sign_out(db.session, register.by_id(db.session, account_id), by=g.staff_name, now=clock.now())
    db.session.commit()
    return redirect(url_for(".person", account_id=account_id), 303)


@blueprint.post("/<int:account_id>/codes/off")
@open_to(Role.ADMIN, confirmed=True)
def take_codes_away(account_id: int) -> ResponseReturnValue:
    """For who lost telephone and paper: ask for codes no more."""
    account = register.by_id(db.session, account_id)
    second.take_away(db.session, account)
    register.note(db.session, account, "codes_off", g.staff_name, "", now=clock.now())
    db.session.commit()
    return redirect(url_for(".person", account_id=account_id), 303)


@blueprint.get("/<int:account_id>/erase")
@open_to(Role.ADMIN, confirmed=True)
def erasing_asked(account_id: int) -> ResponseReturnValue:
    """Ask once more: it cannot be taken back."""
    return _erasing(register.by_id(db.session, account_id))


@blueprint.post("/<int:account_id>/erase")
@open_to(Role.ADMIN, confirmed=True)
def erase(account_id: int) -> ResponseReturnValue:
    """Erase a person, if their e-mail address was written down as a sign that it is meant."""
    account = register.by_id(db.session, account_id)
    if checks.sought(request.form.get("email", "")) != account.email:
        return _erasing(account, Invalid("email", N_("Write the e-mail address of the person to be erased.")))
    try:
        erasing.erase(db.session, _settings(), account, now=clock.now())
    except Conflict as wrong:
        return _again(account_id, wrong)
    db.session.commit()
    return redirect(url_for(".listed"), 303)


def _erasing(account: Account, wrong: Invalid | None = None) -> ResponseReturnValue:
    instead = erasing.INSTEAD.format(account.id)
    return page("accounts/erase.html", wrong, person=account, instead=instead)


def _again(account_id: int, wrong: Invalid | Conflict) -> ResponseReturnValue:
    db.session.rollback()
    return _person(register.by_id(db.session, account_id), wrong)


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
