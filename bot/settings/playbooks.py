"""`[playbooks]`: folders of a team's own playbooks, and the drill of each month."""

from __future__ import annotations

from typing import Annotated

from apscheduler.triggers.cron import CronTrigger
from pydantic import AfterValidator, Field

from bot.settings.values import AnyText, FilePath, Table, Text


def _crontab(line: str) -> str:
    if line.strip():
        try:
            CronTrigger.from_crontab(line)
        except ValueError as error:
            raise ValueError('is not a crontab line such as "0 10 1 * *", or empty') from error
    return line.strip()


class Playbooks(Table):
    """A relative folder counts from the folder of pitchey.toml.

    `drill` is when a drill is announced in the ops channel, as a crontab line in the team's time
    zone; empty for never. `drill_playbooks` take turns, one after the other.
    """

    folders: Annotated[tuple[FilePath, ...], Field(max_length=20)] = ()
    drill: Annotated[AnyText, AfterValidator(_crontab)] = "0 10 1 * *"
    drill_playbooks: tuple[Text, ...] = (
        "data-breach",
        "service-outage",
        "security-incident",
        "disaster-recovery",
    )
