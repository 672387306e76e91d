"""Which version is meant, and where it goes. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from datetime import timedelta

from bot.arguments import UnknownWord
from bot.blocks import clip, code
from bot.clients.cloudflare_versions import Version
from bot.errors import BadInput
from bot.live import MAINTENANCE_TAG
from bot.settings import Settings

LATEST = "latest"
LONGEST_WAIT = timedelta(hours=1)
_NUMBER = re.compile(r"#?(\d{1,9})")
_ID = re.compile(r"[0-9a-f]{6,8}(-[0-9a-f-]{0,28})?", re.IGNORECASE)


def where(settings: Settings, name: str | None, line: str) -> str:
    """The environment that is meant: staging where nobody says, which harms nobody."""
    staging = settings.deploys.staging
    if not name:
        return staging if staging in settings.environments else settings.default_environment
    wanted = name.strip().lower()
    if wanted in settings.environments:
        return wanted
    names = tuple(settings.environments)
    close = difflib.get_close_matches(wanted, names, n=1, cutoff=0.5)
    raise UnknownWord(
        f"There is no environment called {code(clip(name, 60))}.",
        f"Choose one of: {', '.join(names)}. It is named in a table [environments.…] of "
        "pitchey.toml.",
        [f"{line} to {each}" for each in close or names],
    )


def choose(
    listed: Sequence[Version], word: str, maintenance: str = MAINTENANCE_TAG
) -> Version | None:
    """The version of that number, id, tag, or the newest; None where none is called so.

    `listed` is newest first; versions with the tag `maintenance` are none. Raises BadInput where
    several are meant, or there are none at all.
    """
    usable = [each for each in listed if each.tag.lower() != maintenance.lower()]
    wanted = word.strip().lower()
    if wanted == LATEST:
        if not usable:
            raise BadInput("Cloudflare lists no version of this Worker.", "Upload one first.")
        return usable[0]
    tagged = [each for each in usable if each.tag.lower() == wanted]
    if tagged:
        # The same tag again is a later build of the same thing: the newest one counts.
        return tagged[0]
    if found := _NUMBER.fullmatch(wanted):
        by_number = next((each for each in usable if each.number == int(found[1])), None)
        if by_number is not None:
            return by_number
    if _ID.fullmatch(wanted):
        begins = [each for each in usable if each.id.lower().startswith(wanted)]
        if len(begins) > 1:
            told = ", ".join(code(each.id[:13]) for each in begins[:4])
            raise BadInput(f"{len(begins)} versions begin with {code(wanted)}: {told}.")
        if begins:
            return begins[0]
    return None


def unknown(
    listed: Sequence[Version], word: str, environment: str, *, checkout: bool
) -> UnknownWord:
    """Neither a version nor a branch; the nearest versions are offered."""
    names = [each.tag or str(each.number) for each in listed]
    close = difflib.get_close_matches(word, names, n=2, cutoff=0.5) or names[:2]
    branch = (
        "no branch of the checkout either"
        if checkout
        else "and branches need a checkout: [deploys.checkout] in pitchey.toml"
    )
    newest = ", ".join(code(name) for name in names[:5]) or "none"
    return UnknownWord(
        f"Cloudflare lists no version called {code(clip(word, 60))}, {branch}.",
        f"Newest: {newest}. `latest`, a tag, a number and the beginning of an id are understood.",
        [f"deploy {name} to {environment}" for name in close],
    )


def steps_of(settings: Settings, text: str | None) -> tuple[int, ...]:
    """The canary's steps before 100: `10,50`, or `none`; raises BadInput."""
    if not text:
        return settings.deploys.canary
    if text.lower() in ("none", "no", "100", "0"):
        return ()
    parts = [part.strip().rstrip("%") for part in text.split(",") if part.strip()]
    hint = "Write growing percentages below 100, such as `--canary 10,50`, or `--canary none`."
    if not parts or not all(re.fullmatch(r"\d{1,3}", part) for part in parts):
        raise BadInput(f"{code(clip(text, 60))} is no list of percentages.", hint)
    steps = [step for step in map(int, parts) if step != 100]
    if steps != sorted(set(steps)) or not all(1 <= step <= 99 for step in steps) or len(steps) > 8:
        raise BadInput(f"{code(clip(text, 60))} is no way up to 100 %.", hint)
    return tuple(steps)


def wait_of(settings: Settings, wait: timedelta | None) -> timedelta:
    """How long each step lasts at least; raises BadInput."""
    if wait is None:
        return timedelta(minutes=settings.deploys.wait_minutes)
    if wait > LONGEST_WAIT:
        raise BadInput("A step waits for an hour at most.", "Such as `--wait 5m`; then press Hold.")
    return wait
