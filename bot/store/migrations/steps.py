"""The steps, in the order in which the modules of this package add them."""

from __future__ import annotations

from sqlite_utils import Migrations

migrations = Migrations("pitchey")
