"""What tests of pictures on the web do again and again."""

import io
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from core.accounts import Role
from geo.pictures import making
from portal import staff
from tests.made_pictures import photo

HERE = {"Sec-Fetch-Site": "same-origin"}
OF = "/desk/pictures/monuments/kasbah"
RIGHTS = {"author": "F. Amzil", "licence": "CC-BY-SA-4.0"}
SAID = {**RIGHTS, "alt-en": "The gate", "alt-fr": "La porte", "alt-ar": "الباب", "then": "publish"}
CODE = "3D3T3DP"


def who(app: Flask, *roles: Role) -> FlaskClient:
    client = app.test_client()
    client.post(f"/desk/enter/{staff.token('test', 'N. Idrissi', roles)}", headers=HERE)
    client.set_cookie("lang", "en")
    return client


def bring(client: FlaskClient, *files: tuple[bytes, str], of: str = OF, **more: Any) -> TestResponse:
    form = {**RIGHTS, **more.pop("form", {}), "file": [(io.BytesIO(data), name) for data, name in files]}
    return client.post(of, data=form, headers={**HERE, **more.pop("headers", {})}, **more)


def rows(app: Flask) -> list[Any]:
    with app.extensions["engine"].connect() as connection:
        return list(connection.execute(text("SELECT * FROM picture ORDER BY ordinal, id")))


def made(app: Flask) -> Any:
    """The newest picture, once its sizes are made."""
    row = rows(app)[-1]
    making.make(app.extensions["engine"], app.config["SETTINGS"], sha256=row.sha256)
    return rows(app)[-1]


def say(client: FlaskClient, row: Any, of: str = OF, **changes: str) -> TestResponse:
    form = {**SAID, "seen": str(row.version), **changes}
    return client.post(f"{of}/{row.id}/words", data=form, headers=HERE)


def shown(app: Flask, path: str = "/fr/monuments/kasbah") -> str:
    # The state of the data is asked anew: what was just written must show.
    app.extensions.pop("published", None)
    return str(app.test_client().get(path).text)


def get(client: FlaskClient, path: str, **headers: str) -> TestResponse:
    """An answer read to its end and closed, as a server would."""
    answer = client.get(path, headers=headers)
    answer.get_data()
    answer.close()
    return answer


def publish(app: Flask, client: FlaskClient, width: int = 900) -> Any:
    assert bring(client, (photo((width, 500)), "x.jpg")).status_code == 303
    row = made(app)
    assert say(client, row).status_code == 303
    return rows(app)[-1]


def walks(app: Flask) -> list[str]:
    with app.extensions["engine"].connect() as connection:
        return list(
            connection.scalars(
                text("SELECT key FROM feature WHERE layer = 'routes' AND withdrawn_at IS NULL")
            )
        )
