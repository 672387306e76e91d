"""The steps, in the order in which the modules of this package add them."""

from __future__ import annotations

from bot.store.migrations.library import Migrations

migrations = Migrations("pitchey")
