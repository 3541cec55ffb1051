"""Every setting of the application, with its unit and default. Read once, at start, from the environment."""

import os
import secrets
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Self

PROJECT = Path(__file__).resolve().parent.parent
_OURSELVES = ("127.0.0.1", "::1", "0.0.0.0", "::")  # noqa: S104 - nothing is bound here


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Each field is an environment variable of the same name."""

    DATABASE_URL: str = ""
    """PostgreSQL with PostGIS 3.3 or newer. Empty: a private one is started (core/cluster.py)."""
    PUBLIC_URL: str = ""
    """Address the public uses, without a final slash. Overrides the commune's `public_url`."""
    HOST: str = "127.0.0.1"
    """Address that the server listens on."""
    PORT: int = 8000
    """Port that the server listens on."""
    WORKERS: int = 0
    """Server processes; 0: one a processor, at least two."""
    WORKER: int = 1
    """Processes that run background jobs beside the server; 0: none, for who runs `athar work` elsewhere."""
    SECRET_KEY: str = field(default="", repr=False)
    """Key behind nonces, cookies and the second step of accounts. Empty: one is made and kept in the state
    directory; with several machines, set the same on each.
    """
    SIGN_HOST: str = ""
    """Short host that signs are printed with, such as `signs.example`: at most 12 characters. Never change it
    once a sign is printed. Empty: that of PUBLIC_URL if it is short enough, else artworks are proofs.
    """
    SIGN_KEY: str = field(default="", repr=False)
    """Key behind the tags of sign codes. Empty: one is made and kept in the state directory. Back it up."""
    SIGN_TEMPLATES: str = ""
    """Directory of sign templates (HTML, CSS, SVG) that stand in for ours, file by file
    (docs/sign-templates.md). Empty: ours alone.
    """
    FILES_DIR: str = ""
    """Directory for uploaded pictures and finished artworks. Empty: `files` in the state directory."""
    FILES_URL: str = field(default="", repr=False)
    """Where pictures lie: `s3://BUCKET/PREFIX?endpoint=https://…&region=…` for any S3-compatible store, its
    keys from the environment as usual. Empty: FILES_DIR.
    """
    SMTP_URL: str = field(default="", repr=False)
    """Mail server, such as `smtp://host:25`, `smtp+starttls://user:password@host:587` or
    `smtps://user:password@host:465`. Empty: letters are written to the spool folder, `spool` in FILES_DIR.
    """
    MAIL_FROM: str = ""
    """Sender of letters, such as `map@commune.example`. Empty: `athar` at the host of PUBLIC_URL."""
    BACKUP_KEY: str = field(default="", repr=False)
    """Passphrase that backups are sealed with and opened (docs/backups.md): long, random, and kept elsewhere
    too. Empty: backups are not sealed, and hold no keys.
    """
    PROXIES: int = 0
    """Proxies of one's own in front of the server, whose X-Forwarded-For is believed."""
    STATEMENT_TIMEOUT_MS: int = 5000
    """Longest time a query of a page may take, in milliseconds."""
    TILE_URL: str = ""
    """Outside basemap, such as `https://tiles.example/{z}/{x}/{y}.png`. Empty: our own layers on plain
    ground.
    """
    TILE_ATTRIBUTION: str = ""
    """Credit that the basemap's owner asks for, as plain text."""
    BODY_CACHE_MB: int = 64
    """Memory for ready-made, compressed answers in each server process, in megabytes."""
    STORED_TILES: int = 4096
    """Vector tiles that the database keeps ready, at most 150 KB each; 0: every tile is made anew."""
    LOG_LEVEL: str = "INFO"
    """DEBUG, INFO, WARNING or ERROR."""

    @classmethod
    def from_environment(cls) -> Self:
        """Read the environment; ValueError names a variable that holds no number where one is needed."""
        given: dict[str, Any] = {}
        for each in fields(cls):
            if raw := os.environ.get(each.name, "").strip():
                try:
                    given[each.name] = int(raw) if each.type is int else raw
                except ValueError:
                    raise ValueError(f"{each.name} must be a whole number, not {raw!r}.") from None
        return cls(**given)

    def address(self, loaded: str = "") -> str:
        """Address the public uses, without final slash: the setting, else the commune's (`loaded`), else
        this machine, by its name since passkeys are for names and never for numbers.
        """
        host = "localhost" if self.HOST in _OURSELVES else self.HOST
        return (self.PUBLIC_URL or loaded or f"http://{host}:{self.PORT}").rstrip("/")

    def with_secret(self, state: Path) -> Self:
        """The same settings with what was not given: keys kept in the `state` directory, and its `files`."""
        return replace(
            self,
            SECRET_KEY=self.SECRET_KEY or _kept_secret(state / "secret"),
            SIGN_KEY=self.SIGN_KEY or _kept_secret(state / "sign_key"),
        ).with_files(state)

    def with_files(self, state: Path) -> Self:
        """The same settings with where files are: no keys are made."""
        return replace(self, FILES_DIR=self.FILES_DIR or str(state / "files"))


def _kept_secret(file: Path) -> str:
    """The secret in `file`, made on first use; two processes that come at once get the same one."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f"{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_hex(32), encoding="ascii")
        try:
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return file.read_text(encoding="ascii").strip()
