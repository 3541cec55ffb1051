"""For administrators: letters that went out, wait, or lie in the spool folder for want of a mail server."""

from typing import Final

from flask import Blueprint, current_app, redirect, send_file, url_for
from flask.typing import ResponseReturnValue

from core import clock, mail, paging
from core.accounts import Role, open_to
from core.caching import unkept
from core.db import db
from portal.accounts import words
from portal.accounts.entry import page

blueprint = Blueprint("post", __name__, url_prefix="/desk/letters")

PER_PAGE: Final = 50


@blueprint.get("")
@open_to(Role.ADMIN)
def listed() -> ResponseReturnValue:
    """Letters, the newest first, each with what became of it."""
    here = paging.asked()
    total, letters = mail.listed(db.session, limit=PER_PAGE, offset=(here - 1) * PER_PAGE)
    served = bool(current_app.config["SETTINGS"].SMTP_URL)
    return page(
        "accounts/letters.html",
        letters=letters,
        total=total,
        here=paging.of(here, total, PER_PAGE),
        served=served,
        states=words.LETTERS,
    )


@blueprint.get("/<int:letter_id>")
@open_to(Role.ADMIN, confirmed=True)
def letter(letter_id: int) -> ResponseReturnValue:
    """The file of a letter in the spool folder, for a mail program to open."""
    path = mail.spooled(db.session, current_app.config["SETTINGS"], letter_id)
    return unkept(
        send_file(path, mimetype="message/rfc822", as_attachment=True, download_name=path.name, max_age=0)
    )


@blueprint.post("/<int:letter_id>/again")
@open_to(Role.ADMIN, confirmed=True)
def again(letter_id: int) -> ResponseReturnValue:
    """Try once more with a letter that did not go out."""
    mail.again(db.session, current_app.config["SETTINGS"], letter_id, now=clock.now())
    db.session.commit()
    return redirect(url_for(".listed"), 303)
