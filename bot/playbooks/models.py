"""What a playbook file may hold: the shape of one YAML file in `playbooks/`.

The same models give the JSON schema (`docs/reference/playbook.schema.json`) that editors use.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
    model_validator,
)

KINDS = ("outage", "security", "data breach", "degradation")
NAME = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
DURATION = r"^\d{1,5}(s|m|h|d|w)$"
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}


def _duration(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str) or not re.fullmatch(DURATION, value):
        raise ValueError("is not a length of time; write it as 90s, 15m, 24h, 3d or 2w")
    return timedelta(seconds=int(value[:-1]) * _SECONDS[value[-1]])


def _written(value: timedelta) -> str:
    seconds = int(value.total_seconds())
    unit = next(unit for unit in "wdhms" if seconds % _SECONDS[unit] == 0)
    return f"{seconds // _SECONDS[unit]}{unit}"


def _one_or_more(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    PlainSerializer(_written),
    WithJsonSchema({"type": "string", "pattern": DURATION}),
]
Name = Annotated[str, Field(pattern=NAME, max_length=60)]
Line = Annotated[str, Field(min_length=1, max_length=150)]
Text = Annotated[str, Field(min_length=1, max_length=1_000)]
CommandLine = Annotated[str, Field(min_length=1, max_length=500)]
Needs = Annotated[
    tuple[Name, ...],
    BeforeValidator(_one_or_more),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": NAME},
                {"type": "array", "items": {"type": "string", "pattern": NAME}},
            ]
        }
    ),
]


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Poll(Part):
    """Run the step's command again and again until it says that all is well (exit code 0)."""

    every: Duration = timedelta(minutes=1)
    green: Annotated[int, Field(ge=1, le=100)] = 1  # so many times one after the other
    at_most: Duration = timedelta(hours=1)

    @model_validator(mode="after")
    def _possible(self) -> Poll:
        if self.every < timedelta(seconds=15):
            raise ValueError("every is at least 15s")
        if self.every * self.green > self.at_most:
            raise ValueError("at_most is shorter than the polls that are wanted")
        return self


class Step(Part):
    """One thing to do: by hand (`do`), by a command (`run`), or by one to come (`requires`)."""

    id: Name
    title: Line
    owner: Line
    do: Text | None = None  # what a person does; beside `run`, what to look at
    run: CommandLine | None = None
    requires: CommandLine | None = None  # a command this bot has not yet; by hand meanwhile
    needs: Needs = ()
    when: Line | None = None
    note: Literal["optional", "required"] = "optional"
    evidence: Line | None = None  # what has to be named: a link, a file, an id
    critical: bool = False  # climbs the escalation ladder when late or nobody's
    expect: Literal["green"] | None = None  # exit code 0, or the step has failed
    poll: Poll | None = None
    guide: Line | None = None  # the line of the guide, where the title says it in other words

    @model_validator(mode="after")
    def _one_way(self) -> Step:
        if not (self.do or self.run or self.requires):
            raise ValueError("says neither do, run nor requires: nobody knows what to do")
        if self.run and self.requires:
            raise ValueError("has both run and requires; keep run where the command exists")
        if (self.poll or self.expect) and not (self.run or self.requires):
            raise ValueError("polls or expects a result, and runs nothing")
        return self

    @property
    def line(self) -> str:
        """The command line, there or to come; empty where everything is by hand."""
        return self.run or self.requires or ""


class Phase(Part):
    """Steps that belong together, with a window counted from the start or the discovery."""

    id: Name
    title: Line
    begins: Duration | None = None
    ends: Duration | None = None
    counted_from: Literal["start", "discovered"] = "start"
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=40)]

    @model_validator(mode="after")
    def _in_order(self) -> Phase:
        if self.begins is not None and self.ends is not None and self.ends <= self.begins:
            raise ValueError("ends before it begins")
        return self


class LegalClock(Part):
    """A time limit set by law; it runs from the discovery until its step is done."""

    title: Line
    length: Duration
    stopped_by: Name
    counted_from: Literal["start", "discovered"] = "discovered"


class Choice(Part):
    """Something found out on the way that decides which steps apply, such as the cause."""

    title: Line
    choices: Annotated[tuple[Name, ...], Field(min_length=2, max_length=10)]
    default: Name

    @model_validator(mode="after")
    def _one_of_them(self) -> Choice:
        if self.default not in self.choices:
            raise ValueError(f"default is none of {', '.join(self.choices)}")
        return self


class Playbook(Part):
    """One file."""

    name: Name
    title: Line
    summary: Text
    owner: Line
    reviewed: date
    guide: Line
    kinds: tuple[Literal["outage", "security", "data breach", "degradation"], ...] = ()
    legal_clock: LegalClock | None = None
    choices: dict[Name, Choice] = {}
    phases: Annotated[tuple[Phase, ...], Field(min_length=1, max_length=20)]

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps, in their order."""
        return tuple(step for phase in self.phases for step in phase.steps)

    @cached_property
    def _numbered(self) -> dict[str, tuple[str, Step]]:
        """Each step by its id, with its number; the first of two with one id."""
        found: dict[str, tuple[str, Step]] = {}
        for count, phase in enumerate(self.phases, 1):
            for place, step in enumerate(phase.steps, 1):
                found.setdefault(step.id, (f"{count}.{place}", step))
        return found

    def step(self, step_id: str) -> Step | None:
        return self._numbered.get(step_id, ("", None))[1]

    def number(self, step_id: str) -> str:
        """`2.1` for the first step of the second phase; empty for an unknown one."""
        return self._numbered.get(step_id, ("", None))[0]

    def find(self, named: str) -> Step | None:
        """The step of that id or number."""
        wanted = named.strip().lower()
        found = (one for one in self.steps if wanted in (one.id, self.number(one.id)))
        return next(found, None)


def schema() -> dict[str, Any]:
    """The JSON schema of a playbook file."""
    made = Playbook.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}
