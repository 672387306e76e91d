"""`when:` of a step: `cause is database`, `cause is not cache`, `verify failed`. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_WORDS = re.compile(
    r"(?P<subject>[a-z][a-z0-9-]*) (?:(?P<verb>is not|is) (?P<value>(?!not\b)[a-z][a-z0-9-]*)"
    r"|(?P<outcome>failed|succeeded))"
)


@dataclass(frozen=True, slots=True)
class Condition:
    """`verb` is is, is not, failed or succeeded; `value` is empty for the last two."""

    subject: str
    verb: str
    value: str = ""

    @property
    def about_step(self) -> bool:
        return self.verb in ("failed", "succeeded")

    def applies(self, choices: Mapping[str, str], states: Mapping[str, str]) -> bool | None:
        """None while it cannot be said: the step it looks at has no end yet.

        `choices` are the chosen values by name, `states` the states of steps by id.
        """
        if not self.about_step:
            return (choices.get(self.subject) == self.value) is (self.verb == "is")
        state = states.get(self.subject, "open")
        if state not in ("done", "failed", "skipped"):
            return None
        return state == ("failed" if self.verb == "failed" else "done")


def condition(text: str) -> Condition | None:
    """The condition that is written there; None where it is none."""
    found = _WORDS.fullmatch(" ".join(text.split()))
    if found is None:
        return None
    return Condition(found["subject"], found["verb"] or found["outcome"], found["value"] or "")
