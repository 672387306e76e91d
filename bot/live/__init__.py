"""What of the platform is live at Cloudflare, which version is the way back, and going there."""

from bot.live.answering import Answered, answering
from bot.live.changing import Changed, LiveChanged, put_live
from bot.live.choosing import (
    MAINTENANCE_TAG,
    Candidate,
    Verdict,
    candidates,
    find,
    last_good,
    suspect,
)
from bot.live.picture import Picture, look, script_of
from bot.live.rolling_back import RolledBack, roll_back

__all__ = [
    "MAINTENANCE_TAG",
    "Answered",
    "Candidate",
    "Changed",
    "LiveChanged",
    "Picture",
    "RolledBack",
    "Verdict",
    "answering",
    "candidates",
    "find",
    "last_good",
    "look",
    "put_live",
    "roll_back",
    "script_of",
    "suspect",
]
