"""What Cloudflare should notify us of, beside what it does now."""

from __future__ import annotations

from dataclasses import dataclass, field

NAME = "Pitchey Ops"  # of the destination, and how the names of our policies begin


@dataclass(frozen=True, slots=True)
class Wanted:
    """One policy of ours. `zoned` ones watch the platform's zone; `filters` narrow it."""

    alert_type: str
    title: str
    severity: str
    zoned: bool = False

    @property
    def name(self) -> str:
        return f"{NAME}: {self.title}"


@dataclass(frozen=True, slots=True)
class Missing:
    """An alert of the guide that cannot be had by the API, and what watches it instead."""

    title: str
    why: str
    instead: str


@dataclass(frozen=True, slots=True)
class Change:
    """One thing to do: `act` is create, change or keep; `why` says what differs."""

    act: str
    what: str
    why: str = ""
    id: str = ""  # of what is changed
    wanted: Wanted | None = None  # None for the destination


@dataclass(frozen=True, slots=True)
class Difference:
    """The destination, the policies, and what the account does not offer."""

    destination: Change
    policies: tuple[Change, ...]
    missing: tuple[Missing, ...]
    url: str
    others: int = 0  # policies of somebody else, which are left alone

    @property
    def changes(self) -> tuple[Change, ...]:
        return tuple(each for each in (self.destination, *self.policies) if each.act != "keep")


@dataclass(frozen=True, slots=True)
class Done:
    """What a set-up did, in words, and what is missing still."""

    done: tuple[str, ...]
    missing: tuple[Missing, ...]
    url: str
    failed: tuple[str, ...] = field(default=())
