"""Where the answer to one delivery goes; kept as text, so that it survives a restart."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from enum import StrEnum

from bot.command import Delivery


class Place(StrEnum):
    """What kind of place the reader looks at."""

    RESPONSE_URL = "response_url"  # the person who typed or pressed, through Slack's one-time URL
    MESSAGE = "message"  # a message of ours whose button was pressed
    THREAD = "thread"  # a thread in a channel we are in
    VIEW = "view"  # an open modal of ours
    DIRECT = "direct"  # the person's direct messages with the app


@dataclass(frozen=True, slots=True)
class Destination:
    """One place to answer in. `ts` is the pressed message, `thread_ts` the thread it is in."""

    place: Place
    person: str
    channel: str = ""
    ts: str = ""
    thread_ts: str = ""
    response_url: str = ""
    view: str = ""
    delivery: Delivery = Delivery.NEW
    ephemeral: bool = True

    @property
    def replaceable(self) -> bool:
        """Whether the answer took the place of a message that only this person sees."""
        return self.place is Place.MESSAGE and self.delivery is Delivery.UPDATE and self.ephemeral

    def to_text(self) -> str:
        # dataclasses.asdict copies deeply; this stands on the way of an acknowledgement.
        return json.dumps({name: getattr(self, name) for name in _NAMES}, separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str) -> Destination:
        """Raises ValueError, TypeError or KeyError for text that is not a destination's."""
        found = json.loads(text)
        found["place"] = Place(found["place"])
        found["delivery"] = Delivery(found["delivery"])
        return cls(**found)


_NAMES = tuple(field.name for field in fields(Destination))
