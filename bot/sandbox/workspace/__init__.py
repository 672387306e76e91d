"""A Slack-compatible workspace on one machine, as strict as Slack."""

from __future__ import annotations

from bot.sandbox.workspace.acting import Acting, Chosen, Values
from bot.sandbox.workspace.changes import Change, Subscription
from bot.sandbox.workspace.clock import Clock
from bot.sandbox.workspace.manifest import AppManifest, AppShortcut, SlashCommand
from bot.sandbox.workspace.model import (
    Bookmark,
    Channel,
    File,
    Message,
    Outcome,
    Person,
    Reaction,
    UserGroup,
    View,
)
from bot.sandbox.workspace.record import Entry, Record
from bot.sandbox.workspace.seed import (
    ALERTS,
    ANA,
    APP_ID,
    BOT,
    BOT_ID,
    DEPLOYER,
    DORA,
    GENERAL,
    GUS,
    LEADERSHIP,
    OMAR,
    ONCALL,
    OPS,
    RANDOM,
    RITA,
    SLACKBOT,
    TEAM_ID,
    VIC,
)
from bot.sandbox.workspace.state import Workspace

__all__ = [
    "ALERTS",
    "ANA",
    "APP_ID",
    "BOT",
    "BOT_ID",
    "DEPLOYER",
    "DORA",
    "GENERAL",
    "GUS",
    "LEADERSHIP",
    "OMAR",
    "ONCALL",
    "OPS",
    "RANDOM",
    "RITA",
    "SLACKBOT",
    "TEAM_ID",
    "VIC",
    "Acting",
    "AppManifest",
    "AppShortcut",
    "Bookmark",
    "Change",
    "Channel",
    "Chosen",
    "Clock",
    "Entry",
    "File",
    "Message",
    "Outcome",
    "Person",
    "Reaction",
    "Record",
    "SlashCommand",
    "Subscription",
    "UserGroup",
    "Values",
    "View",
    "Workspace",
]
