"""`[maintenance]`: the version of the Worker that tells people of work on the platform."""

from __future__ import annotations

from bot.settings.values import Minutes, Table, Text


class Maintenance(Table):
    """`tag` is that of a version of the production script, uploaded beforehand.

    `minutes` is how long it lasts where nobody says; when it is over, the channel is reminded
    every `remind_minutes` until it is off.
    """

    tag: Text = "maintenance"
    minutes: Minutes = 30
    remind_minutes: Minutes = 10
    message: Text = "The platform is being worked on."
