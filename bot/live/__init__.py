"""What of the platform is live at Cloudflare, which version is the way back, and going there."""

from bot.live.answering import Answered, answering
from bot.live.changing import Changed, LiveChanged, put_live, told
from bot.live.choosing import (
    Candidate,
    Verdict,
    candidates,
    find,
    last_good,
    suspect,
)
from bot.live.lost_answers import NothingChanged, Unknown
from bot.live.picture import MAINTENANCE_TAG, Picture, look, script_of
from bot.live.rolling_back import RolledBack, roll_back
from bot.live.secret_setting import SecretSet, set_secret
from bot.live.site import SiteBack, SitePicture, look_site, roll_back_site

__all__ = [
    "MAINTENANCE_TAG",
    "Answered",
    "Candidate",
    "Changed",
    "LiveChanged",
    "NothingChanged",
    "Picture",
    "RolledBack",
    "SecretSet",
    "SiteBack",
    "SitePicture",
    "Unknown",
    "Verdict",
    "answering",
    "candidates",
    "find",
    "last_good",
    "look",
    "look_site",
    "put_live",
    "roll_back",
    "roll_back_site",
    "script_of",
    "set_secret",
    "suspect",
    "told",
]
