"""Words for roles, ways to come in, what is done to accounts, and states of letters."""

from collections.abc import Mapping
from typing import Final

from geo.vocabulary import N_

ROLES: Final[Mapping[str, str]] = {
    "viewer": N_("Viewer of drafts"),
    "translator": N_("Translator"),
    "editor": N_("Heritage editor"),
    "tourism": N_("Tourism council"),
    "planner": N_("Wi-Fi planner"),
    "risk": N_("Risk officer"),
    "staff": N_("Desk agent"),
    "admin": N_("Administrator"),
}
MAY: Final[Mapping[str, str]] = {
    "viewer": N_("Sees drafts and changes nothing."),
    "translator": N_("Writes texts in the languages ticked below, and publishes what another wrote in them."),
    "editor": N_("Keeps monuments and places right, with their pictures; brings in files."),
    "tourism": N_("Keeps walks right, with their pictures."),
    "planner": N_("Plans the public Wi-Fi."),
    "risk": N_("Draws risk zones; writes warnings, and issues those that another wrote."),
    "staff": N_("Orders and checks signs; sees to reports, recordings and walks."),
    "admin": N_("Lets people in and out, and reads every change. Edits nothing by it."),
}
"""What each role may do, for who gives it."""
WAYS: Final[Mapping[str, str]] = {
    "password": N_("with the password"),
    "totp": N_("with password and code"),
    "recovery": N_("with password and a code on paper"),
    "passkey": N_("with a passkey"),
    "link": N_("by the address of a letter"),
}
EVENTS: Final[Mapping[str, str]] = {
    "invited": N_("Invited"),
    "letter": N_("Another letter written"),
    "taken_up": N_("Invitation taken up"),
    "password": N_("New password"),
    "roles": N_("Roles"),
    "shut": N_("Account shut"),
    "opened": N_("Account opened again"),
    "signed_out": N_("Signed out everywhere"),
    "codes_on": N_("Codes of an app set up"),
    "codes_off": N_("Codes of an app taken away"),
    "papers": N_("New codes on paper"),
    "recovery_code": N_("Came in with a code on paper"),
    "passkey": N_("New passkey"),
    "passkey_gone": N_("Passkey removed"),
}
LETTERS: Final[Mapping[str, str]] = {
    "waiting": N_("Waits to be sent"),
    "sent": N_("Taken by the mail server"),
    "spooled": N_("Not sent: in the spool folder"),
    "failed": N_("Refused by the mail server"),
}
