"""The front door: plugs every room into one Flask app. Only the server, the command line and the tests import
it.
"""

from pathlib import Path

from flask import Flask
from whitenoise import WhiteNoise

import core.mail
import core.people.models
import core.persons.models
import core.signin
import core.trail.who
import geo.alerts.models
import geo.editing.importing.models
import geo.editing.models
import geo.models
import geo.opendata.models
import geo.pictures.models
import geo.recordings
import geo.streets.models
import geo.translating.models
import geo.wifi.models
import qr_signs.desk.orders
import qr_signs.desk.views
import qr_signs.models
import qr_signs.views
import webmap.alerts
import webmap.alerts_desk
import webmap.desk
import webmap.embeds.models
import webmap.embeds.pages
import webmap.embeds.views
import webmap.ground.acts
import webmap.ground.bulk
import webmap.ground.things
import webmap.ground.views
import webmap.importing.views
import webmap.ogc.tiles
import webmap.ogc.views
import webmap.opendata.views
import webmap.pictures.desk
import webmap.pictures.serving
import webmap.planner.acts
import webmap.planner.outputs
import webmap.planner.proposals
import webmap.planner.surveys
import webmap.planner.views
import webmap.recordings
import webmap.risks
import webmap.translations.exchanging
import webmap.translations.pictures
import webmap.translations.room
import webmap.translations.terms
import webmap.translations.views
import webmap.views
import webmap.wifi
from core import cluster, mail, store, translation
from core.db import Engine, db, make_engine
from core.settings import PROJECT, Settings
from portal import (
    assets,
    bodies,
    forgery,
    home,
    language,
    logs,
    problems,
    security,
    shell,
    signedin,
    staff,
    trail,
)
from portal.accounts import entry, keys, own, people, post
from portal.offline import views as offline
from qr_signs.counts import ScanCounter
from services.catalogue import SERVICES
from webmap.embeds.counts import EmbedCounter

TABLES = (
    core.mail,
    core.people.models,
    core.persons.models,
    core.signin,
    core.trail.who,
    geo.editing.importing.models,
    geo.editing.models,
    geo.alerts.models,
    geo.models,
    geo.opendata.models,
    geo.pictures.models,
    geo.recordings,
    geo.streets.models,
    geo.translating.models,
    geo.wifi.models,
    qr_signs.models,
    webmap.embeds.models,
)
"""Importing them registers their tables; migrations and tests rely on it."""
IN_A_LANGUAGE = (
    home.blueprint,
    webmap.views.pages,
    webmap.wifi.pages,
    webmap.risks.pages,
    webmap.planner.outputs.blueprint,
    webmap.planner.surveys.blueprint,
    webmap.opendata.views.pages,
    webmap.embeds.pages.builder,
    webmap.planner.views.blueprint,
    webmap.planner.acts.blueprint,
    webmap.planner.proposals.blueprint,
    offline.blueprint,
    *SERVICES,
)
IN_NONE = (
    home.roots,
    offline.roots,
    webmap.views.data,
    webmap.recordings.blueprint,
    webmap.recordings.desk,
    webmap.pictures.serving.blueprint,
    webmap.pictures.desk.blueprint,
    webmap.ogc.views.blueprint,
    webmap.ogc.tiles.blueprint,
    webmap.opendata.views.data,
    webmap.embeds.views.frames,
    webmap.embeds.pages.oembed,
    qr_signs.views.blueprint,
    staff.blueprint,
    entry.blueprint,
    own.blueprint,
    keys.blueprint,
    people.blueprint,
    post.blueprint,
    trail.blueprint,
    qr_signs.desk.views.blueprint,
    qr_signs.desk.orders.blueprint,
    webmap.desk.blueprint,
    webmap.translations.room.blueprint,
    webmap.importing.views.blueprint,
    webmap.alerts.blueprint,
    webmap.alerts_desk.blueprint,
    webmap.ground.views.blueprint,
    webmap.ground.things.blueprint,
    webmap.ground.acts.blueprint,
    webmap.ground.bulk.blueprint,
)
BODY_LIMIT = 64 * 1024
"""Bytes that a request may carry; views that take uploads raise it for themselves."""


def create_app(settings: Settings | None = None, engine: Engine | None = None) -> Flask:
    """The application. Without settings: from the environment, on the private database if none is named."""
    settings = (settings or Settings.from_environment()).with_secret(cluster.state_directory(PROJECT))
    mail.check(settings)
    store.of(settings)
    if engine is None:
        url = settings.DATABASE_URL or cluster.ensure(PROJECT)
        engine = make_engine(url, statement_timeout_ms=settings.STATEMENT_TIMEOUT_MS, who="public")
    app = Flask(__name__, static_folder=None)
    app.config.update(SECRET_KEY=settings.SECRET_KEY, MAX_CONTENT_LENGTH=BODY_LIMIT, SETTINGS=settings)
    db.init_app(app, engine)
    app.extensions["scan_counter"] = ScanCounter(engine)
    app.extensions["embed_counter"] = EmbedCounter(engine)
    # Flask runs what comes after a request in reverse order: nonces are settled before bodies are packed and
    # kept.
    logs.init_app(app)
    bodies.init_app(app, settings.BODY_CACHE_MB)
    signedin.init_app(app, https=settings.PUBLIC_URL.startswith("https:"))
    language.init_app(app)
    forgery.init_app(app)
    security.init_app(app, https=settings.PUBLIC_URL.startswith("https:"), tile_url=settings.TILE_URL)
    problems.init_app(app)
    translation.init_app(app)
    shell.init_app(app, assets.load_manifest(PROJECT))
    for blueprint in IN_A_LANGUAGE:
        app.register_blueprint(blueprint, url_prefix=f"/<lang:lang>{blueprint.url_prefix or ''}")
    for blueprint in IN_NONE:
        app.register_blueprint(blueprint)
    _serve_static(app, PROJECT / "build" / "static")
    return app


def _serve_static(app: Flask, built: Path) -> None:
    """Hashed, compressed files go out ahead of Flask, for a year: a changed file has another name."""
    if built.is_dir():
        app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
            app.wsgi_app,
            root=str(built),
            prefix="/static/",
            max_age=31536000,
            immutable_file_test=lambda path, url: True,
            add_headers_function=_static_headers,
        )


def _static_headers(headers: object, path: str, url: str) -> None:
    for name, value in security.ASSET_HEADERS.items():
        headers[name] = value  # type: ignore[index]
