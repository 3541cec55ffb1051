"""A person of the commune's, and what finds them in a row: number, address, name."""

import json
import re
from dataclasses import dataclass

from sqlalchemy import func, select

from core.db import Session
from core.people.models import Account
from core.persons.columns import NAMES, OWN, RECORDS, WORDS


@dataclass(frozen=True)
class Person:
    """Whose traces are looked for."""

    id: int
    email: str
    name: str
    alone: bool
    """Nobody else has an account under this name: what stands under it is theirs."""

    @property
    def values(self) -> dict[str, object]:
        """What the conditions of `is_in` and the statements of erasing are filled with."""
        patterns = [_pattern(self.email)]
        recorded = [_pattern(_in_json(self.email))]
        if self.alone:
            patterns.append(_pattern(self.name))
            recorded.append(_pattern(_in_json(self.name)))
        return {
            "id": self.id,
            "email": self.email,
            "name": self.name if self.alone else None,
            "words": "|".join(patterns),
            "recorded": "|".join(recorded),
        }


def person(session: Session, account: Account) -> Person:
    """The person of an account. Names are told apart as people do: not by capitals."""
    others = select(func.count()).where(
        func.lower(Account.name) == func.lower(account.name), Account.id != account.id
    )
    return Person(account.id, account.email, account.name, not session.scalar(others))


def is_in(table: str) -> str:
    """SQL on a row of that table, as `each`: whether something of the person is in it."""
    said = [f"({OWN[table]})"] if table in OWN else []
    said += [f"lower(each.{column}) = lower(CAST(:name AS text))" for column in NAMES.get(table, ())]
    said += [f"each.{column} ~* :words" for column in WORDS.get(table, ())]
    said += [f"each.{column}::text ~* :recorded" for column in RECORDS.get(table, ())]
    return " OR ".join(said)


def _pattern(word: str) -> str:
    """The word where it stands alone, as PostgreSQL's regular expressions say it."""
    return rf"(?<![[:alnum:]]){re.escape(word)}(?![[:alnum:]])"


def _in_json(word: str) -> str:
    return json.dumps(word, ensure_ascii=False)[1:-1]
