"""Who may do what: roles from `pitchey.toml` by Slack user ids and user groups, and limits."""

from bot.access.decision import Decision, decide
from bot.access.lookup import Access
from bot.access.standing import NOT_LOOKED_UP, Facts, Standing, Unconfirmed, standing_of

TERMINAL = "terminal:"  # person ids of people who run commands in a shell begin so

__all__ = [
    "NOT_LOOKED_UP",
    "TERMINAL",
    "Access",
    "Decision",
    "Facts",
    "Standing",
    "Unconfirmed",
    "decide",
    "standing_of",
]
