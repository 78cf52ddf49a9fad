"""The store as Piccolo knows it: its tables, and where its migrations are."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from backend.store.tables import TABLES

APP_CONFIG = AppConfig(
    app_name="patchbay",
    migrations_folder_path=str(Path(__file__).parent / "migrations"),
    table_classes=list(TABLES),
)
