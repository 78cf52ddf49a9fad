"""Where Piccolo's command line finds the database and the migrations.

`python -m backend migrate` puts its own engine here; `piccolo migrations ...` reads the
environment. An engine connects when it is made, so without an address there is none.
"""

import os

from piccolo.conf.apps import AppRegistry
from piccolo.engine.postgres import PostgresEngine

_address = os.environ.get("DATABASE_OWNER_URL")

DB = PostgresEngine(config={"dsn": _address}) if _address else None

APP_REGISTRY = AppRegistry(apps=["backend.store.piccolo_app"])
