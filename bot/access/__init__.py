"""Who may do what: roles from `pitchey.toml` by Slack user ids and user groups, and limits."""

from bot.access.decision import Decision, decide
from bot.access.lookup import Access
from bot.access.standing import NOT_LOOKED_UP, Facts, Standing, Unconfirmed, standing_of
from bot.mentions import TERMINAL

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
