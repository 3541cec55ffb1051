"""What every template may use: addresses, files, the languages, the words for compass points and kinds."""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from urllib.parse import unquote

from flask import Flask, current_app, g, request, url_for
from markupsafe import Markup

from core.accounts import holds
from core.languages import LANGUAGES
from core.settings import Settings
from core.translation import translate, wall_clock
from geo import vocabulary
from geo.alerts.vocabulary import EXERCISE
from portal import sections

STYLE = Path(__file__).parent / "static" / "site.css"


def init_app(app: Flask, manifest: Mapping[str, str]) -> None:
    """Register globals and filters."""
    app.extensions["manifest"] = manifest
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        LANGUAGES=LANGUAGES,
        asset=asset,
        in_language=in_language,
        absolute=absolute,
        site_style=site_style,
        PACES=vocabulary.PACES,
        EXERCISE=EXERCISE,
        public_base=public_base,
        holds=holds,
        desk_sections=sections.shown,
        translated=lambda problem: translate(problem.message, values=problem.values),
    )
    app.jinja_env.filters.update(
        kind=kind,
        label=label,
        sentence=sentence,
        compass=lambda wind: translate(vocabulary.COMPASS[wind]),
        dir=lambda lang: LANGUAGES[lang].dir if lang in LANGUAGES else "auto",
        own_name=lambda lang: LANGUAGES[lang].own_name if lang in LANGUAGES else lang,
        citation=citation,
        town_time=town_time,
    )


def asset(name: str) -> str:
    """Address of a static file, by its logical name; a missing build is a clear error."""
    manifest: Mapping[str, str] = current_app.extensions["manifest"]
    if name not in manifest:
        raise LookupError(f"{name} is not among the built files: run make setup")
    return f"/static/{manifest[name]}"


def in_language(lang: str) -> str:
    """The address of the same page in another language."""
    endpoint = request.endpoint
    if f"{endpoint}_in" in current_app.view_functions:
        endpoint = f"{endpoint}_in"
    if request.path.startswith(("/desk", "/account", "/ogc")):
        return f"{request.path}?lang={lang}"
    if endpoint is None or not current_app.url_map.is_endpoint_expecting(endpoint, "lang"):
        return url_for("home.front", lang=lang)
    kept = {
        name: value for name, value in request.args.items() if name in ("q", "kind", "page", "pace", "from")
    }
    return url_for(endpoint, **{**(request.view_args or {}), **kept, "lang": lang})


def public_base() -> str:
    """Address the public uses, without final slash: the setting, else the commune's, else this machine."""
    settings: Settings = current_app.config["SETTINGS"]
    loaded = g.commune.public_url if g.get("commune") else ""
    return settings.address(loaded)


def absolute(path: str) -> str:
    """A path as the public's address."""
    return public_base() + path


@cache
def _style() -> str:
    """The site's sheet without comments and indentation: it stands in each page and saves a round trip."""
    css = re.sub(r"/\*.*?\*/", "", STYLE.read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.sub(r"\s*\n\s*", "\n", css).strip()


_DARK = re.compile(r"@media\(prefers-color-scheme:dark\)\{(:root\{[^}]*\})\}")


def site_style(theme: str = "auto") -> Markup:
    """For the `<style>` of the head: our own file, nobody's input. `light` and `dark` are that for everybody,
    `auto` as the reader's device is.
    """
    css = _style()
    if theme != "auto":
        css = _DARK.sub(r"\1" if theme == "dark" else "", css)
    return Markup(css)  # noqa: S704


def kind(code: str, layer: str) -> str:
    """Label of a kind of a layer, in the reader's language."""
    return translate(vocabulary.KINDS.get(layer, {}).get(code, code))


def label(code: str, words: str) -> str:
    """Label of a code of one of the vocabulary's lists (`PRECISIONS`, `CONDITIONS`, ...)."""
    listed: Mapping[str, str] = getattr(vocabulary, words)
    return translate(listed.get(code, code))


def sentence(code: str, **values: object) -> Markup:
    """A remark of a walk's check, its values escaped unless they are markup already."""
    return Markup(translate(vocabulary.REMARKS[code])) % values  # noqa: S704 - our own sentences


def town_time(moment: datetime) -> Markup:
    """A moment on the town's clock, apart from the direction of what stands around it."""
    return Markup("<bdi>{}</bdi>").format(wall_clock(g.commune.local(moment)))


def citation(source: str) -> Markup | str:
    """A source that is an address becomes a link, shown without its percent signs; any other stays text."""
    address, _, rest = source.partition(" ")
    if not re.fullmatch(r"https?://[^\s<>\"']+", address):
        return source
    shown = unquote(address).removeprefix("https://").removeprefix("http://").rstrip("/")
    shown = shown if len(shown) <= 70 else shown[:67] + "…"
    return Markup('<a href="{}" rel="noopener" dir="ltr">{}</a> {}').format(address, shown, rest)
