"""What preflight found: checks, each with its figures and, when it failed, a sentence that says why."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Check:
    """One point. `message` is a message id that tells what is wrong; `figures` tell the rest."""

    name: str
    passed: bool
    message: str
    figures: Mapping[str, Any] = field(default_factory=dict)

    @staticmethod
    def of(name: str, passed: bool, message: str, **figures: Any) -> "Check":
        """A check with its figures, which fill the message's places."""
        return Check(name, bool(passed), message, figures)


@dataclass(frozen=True)
class Report:
    """All points of one artwork."""

    code: str
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether every point is fulfilled."""
        return all(check.passed for check in self.checks)

    def as_json(self) -> dict[str, Any]:
        """Plain values, to be kept."""
        return {"code": self.code, "passed": self.passed, "checks": [asdict(check) for check in self.checks]}
