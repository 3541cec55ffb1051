"""Coming in: e-mail and password, the second step, an invitation's address, a forgotten password."""

from datetime import datetime
from typing import Final

from flask import Blueprint, Response, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeTimedSerializer

from core import clock, jobs
from core.accounts import Role, open_to
from core.caching import unkept
from core.db import db
from core.errors import Invalid, Problem, Refused, TooMany
from core.people import checks, limits, passwords, register, second, sessions
from core.people.models import Account
from geo.vocabulary import N_
from portal import signedin
from portal.accounts import letters, ways
from portal.shell import public_base

blueprint = Blueprint("entry", __name__, url_prefix="/account")

FREE: Final = 5
"""Tries on one account without waiting between them."""
FREE_OF_ONE: Final = 30
"""Tries from one address, on whatever account."""
FREE_LETTERS: Final = 3
BETWEEN_S: Final = 5 * 60
"""For the second step, in seconds."""
LONGEST_TYPED: Final = 1000


@blueprint.get("/enter")
@open_to(Role.PUBLIC)
def door() -> ResponseReturnValue:
    """Ask for e-mail and password, or a passkey."""
    if "known" in g:
        return redirect(ways.inside(request.args.get("next")) or ways.home(g.roles))
    return page("accounts/enter.html", next=ways.inside(request.args.get("next")) or "", email="")


@blueprint.post("/enter")
@open_to(Role.PUBLIC)
def enter() -> ResponseReturnValue:
    """Come in, or go on to the second step."""
    typed = request.form.get("email", "")[:LONGEST_TYPED]
    following = ways.inside(request.form.get("next")) or ""
    now = clock.now()
    try:
        account = _shown(typed, request.form.get("password", "")[:LONGEST_TYPED], now)
    except (Invalid, TooMany) as wrong:
        return page("accounts/enter.html", wrong, next=following, email=typed[:254])
    if account.totp is None:
        return let_in(account, "password", following, now)
    db.session.commit()
    return page("accounts/second.html", next=following, between=_between(account))


@blueprint.post("/second")
@open_to(Role.PUBLIC)
def code() -> ResponseReturnValue:
    """Come in with the code of the app, or one on paper."""
    following = ways.inside(request.form.get("next")) or ""
    between, now = request.form.get("between", ""), clock.now()
    account = _between_whom(between)
    counted = limits.key(key(), "second", str(account.id))
    try:
        count(counted, now)
        way = second.fits(db.session, account, request.form.get("code", "")[:40], key(), now=now)
        if way is None:
            raise Invalid("code", N_("This code is not right, or was used before."))
    except (Invalid, TooMany) as wrong:
        return page("accounts/second.html", wrong, next=following, between=between)
    went_well(counted, now)
    if way == "recovery":
        register.note(db.session, account, "recovery_code", account.name, "", now=now)
    return let_in(account, way, following, now)


@blueprint.get("/forgot")
@open_to(Role.PUBLIC)
def forgotten() -> ResponseReturnValue:
    """Ask for the address to which a letter goes."""
    return page("accounts/forgot.html", sent=False)


@blueprint.post("/forgot")
@open_to(Role.PUBLIC)
def forgot() -> ResponseReturnValue:
    """Have a letter written, if the address has an account; whether it has is not told."""
    typed, now = checks.sought(request.form.get("email", "")[:LONGEST_TYPED]), clock.now()
    try:
        count(limits.key(key(), "letter", typed), now, free=FREE_LETTERS)
    except TooMany as wrong:
        return page("accounts/forgot.html", wrong, sent=False)
    jobs.defer(db.session, letters.FORGOT, email=typed, base=public_base())
    db.session.commit()
    return page("accounts/forgot.html", sent=True)


@blueprint.get("/link/<token>")
@open_to(Role.PUBLIC)
def link(token: str) -> ResponseReturnValue:
    """Set a password with the address of a letter."""
    return page(
        "accounts/link.html", account=register.behind(db.session, token, now=clock.now()), token=token
    )


@blueprint.post("/link/<token>")
@open_to(Role.PUBLIC)
def linked(token: str) -> ResponseReturnValue:
    """Take the password, and let the person in; who has a second step takes it first."""
    now = clock.now()
    account = register.behind(db.session, token, now=now)
    try:
        register.take_up(db.session, token, twice(), now=now)
    except Invalid as wrong:
        return page("accounts/link.html", wrong, account=account, token=token)
    limits.forget(db.session, limits.key(key(), "password", account.email), now=now)
    if account.totp is None:
        return let_in(account, "link", "", now, own=True)
    db.session.commit()
    return redirect(url_for(".door"), 303)


def let_in(account: Account, way: str, following: str, now: datetime, *, own: bool = False) -> Response:
    """The person is in: to where they wanted to go, `own` to their account, or to their desk."""
    agent = request.headers.get("User-Agent", "")
    given = sessions.begin(db.session, account, way, agent, now=now)
    db.session.commit()
    signedin.let_in(given)
    roles = frozenset(Role(role) for role in account.roles if role in set(Role)) | {Role.MEMBER}
    goal = following or (url_for("own.account") if own else ways.home(roles))
    return unkept(redirect(goal, 303))  # type: ignore[arg-type]


def check(account: Account | None, email: str, password: str, now: datetime) -> bool:
    """Whether it is the password of an account that may come in. The work is the same for no account.

    Raises TooMany.
    """
    counted = limits.key(key(), "password", email)
    count(counted, now)
    stored = account.password if account and account.disabled_at is None else None
    if not passwords.fits(stored, password) or account is None:
        return False
    went_well(counted, now)
    if passwords.is_old(account.password or ""):
        account.password = passwords.keep(password)
    return True


def count(counted: str, now: datetime, *, free: int = FREE) -> None:
    """Count a try, by what it is on and where it comes from. Raises TooMany."""
    limits.count(db.session, counted, free=free, now=now)
    count_from_here(now)


def count_from_here(now: datetime) -> None:
    """Count a try by where it comes from alone. Raises TooMany."""
    if (there := signedin.address()) is not None:
        limits.count(db.session, limits.key(key(), "address", there), free=FREE_OF_ONE, now=now)


def went_well(counted: str, now: datetime) -> None:
    """The try was no vain one. The caller commits."""
    limits.forget(db.session, counted, now=now)
    went_well_from_here(now)


def went_well_from_here(now: datetime) -> None:
    """The try that `count_from_here` counted was no vain one. The caller commits."""
    if (there := signedin.address()) is not None:
        limits.take_back(db.session, limits.key(key(), "address", there), now=now)


def key() -> str:
    """The site's secret."""
    return str(current_app.config["SECRET_KEY"])


def page(template: str, wrong: Problem | None = None, **values: object) -> Response:
    """A page that nobody keeps, with what is wrong and the status that says so."""
    answer = unkept(Response(render_template(template, wrong=wrong, **values)))
    answer.headers["Referrer-Policy"] = "same-origin"
    if isinstance(wrong, TooMany):
        answer.status_code, answer.headers["Retry-After"] = 429, str(60 * wrong.minutes)
    elif wrong is not None:
        answer.status_code = 422
    return answer


def _shown(email: str, password: str, now: datetime) -> Account:
    """Whose e-mail and password these are. Invalid does not tell which of the two is wrong."""
    address = checks.sought(email)
    account = register.by_email(db.session, address)
    if not check(account, address, password, now) or account is None:
        raise Invalid("password", N_("E-mail or password is not right."))
    return account


def twice() -> str:
    """The new password, typed twice alike; Invalid if not."""
    password = request.form.get("password", "")[:LONGEST_TYPED]
    if password != request.form.get("again", "")[:LONGEST_TYPED]:
        raise Invalid("again", N_("The two passwords differ."))
    return password


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(key(), salt="athar second step")


def _between(account: Account) -> str:
    """Says that the password was right, for as long as the second step may take."""
    return str(_signer().dumps([account.id, (account.password or "")[-12:]]))


def _between_whom(between: str) -> Account:
    try:
        account_id, end = _signer().loads(between, max_age=BETWEEN_S)
    except (BadSignature, ValueError, TypeError):
        raise Refused(N_("That took too long. Come in with e-mail and password once more.")) from None
    account = register.by_id(db.session, account_id)
    if account.disabled_at is not None or not (account.password or "").endswith(end):
        raise Refused(N_("That took too long. Come in with e-mail and password once more."))
    return account
