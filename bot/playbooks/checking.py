"""What a playbook says against what there is: commands, steps, choices, order. Pure."""

from __future__ import annotations

import graphlib
import itertools
import re
from collections.abc import Iterator, Mapping
from datetime import date

from bot import parsing, words
from bot.command import Catalogue, Command, Risk
from bot.errors import BadInput
from bot.playbooks.conditions import condition
from bot.playbooks.models import Playbook, Step
from bot.playbooks.reading import Problem, Source

PLACE = re.compile(r"\{([a-z][a-z0-9-]*)\}")
INCIDENT = "incident"  # stands for the id of the run's incident
OUTDATED_DAYS = 365


def check(source: Source, catalogue: Catalogue, today: date) -> tuple[Problem, ...]:
    """Everything that is wrong between the lines, in the order of the file."""
    return tuple(sorted(_Checker(source, catalogue, today).problems()))


def filled(line: str, choices: Mapping[str, str], incident: str = "") -> str:
    """The command line with what was chosen in place of `{cause}` and the like."""
    known = {**choices, INCIDENT: incident}
    return PLACE.sub(lambda found: known.get(found[1], found[0]), line)


def command_of(catalogue: Catalogue, line: str) -> Command | None:
    """The declared command that the line names, whatever its arguments."""
    split = line.split()
    for length in (2, 1):
        found = catalogue.find(" ".join(split[:length]).lower())
        if found is not None and len(split) >= length:
            return found
    return None


def runnable(catalogue: Catalogue, step: Step) -> bool:
    """Whether the bot can do it: a command to come counts from the day it is there."""
    if step.run:
        return True
    # Looked up first: an unknown command costs a search for words like it.
    if not step.requires or command_of(catalogue, step.requires) is None:
        return False
    return bool(PLACE.search(step.requires)) or not _misfit(catalogue, step.requires)


class _Checker:
    def __init__(self, source: Source, catalogue: Catalogue, today: date) -> None:
        self.source = source
        self.playbook: Playbook = source.playbook
        self.catalogue = catalogue
        self.today = today

    def problems(self) -> Iterator[Problem]:
        yield from self._names()
        for phase_at, phase in enumerate(self.playbook.phases):
            for step_at, step in enumerate(phase.steps):
                place = ("phases", phase_at, "steps", step_at)
                yield from self._order(step, place)
                yield from self._condition(step, place)
                yield from self._command(step, place)
        yield from self._cycles()
        yield from self._clock()
        yield from self._review()

    def _problem(
        self, place: tuple[str | int, ...], message: str, remedy: str, *, advice: bool = False
    ) -> Problem:
        line = self.source.line(*place)
        return Problem(self.source.file, line, message, remedy, advice)

    def _names(self) -> Iterator[Problem]:
        seen: set[str] = set()
        for phase_at, phase in enumerate(self.playbook.phases):
            if phase.id in seen:
                yield self._problem(
                    ("phases", phase_at, "id"), f"`{phase.id}` is there twice.", "Rename one."
                )
            seen.add(phase.id)
        for phase_at, phase in enumerate(self.playbook.phases):
            for step_at, step in enumerate(phase.steps):
                if step.id in seen:
                    place = ("phases", phase_at, "steps", step_at, "id")
                    yield self._problem(place, f"`{step.id}` is there twice.", "Rename one.")
                seen.add(step.id)

    def _order(self, step: Step, place: tuple[str | int, ...]) -> Iterator[Problem]:
        for number, need in enumerate(step.needs):
            if self.playbook.step(need) is None:
                yield self._problem(
                    (*place, "needs", number),
                    f"`{step.id}` needs `{need}`, which is no step.",
                    "Name the id of a step of this file.",
                )

    def _condition(self, step: Step, place: tuple[str | int, ...]) -> Iterator[Problem]:
        if step.when is None:
            return
        found, at = condition(step.when), (*place, "when")
        if found is None:
            yield self._problem(
                at,
                f"`{step.when}` is no condition.",
                "Write `cause is database`, `cause is not cache` or `some-step failed`.",
            )
        elif found.about_step:
            if self.playbook.step(found.subject) is None:
                yield self._problem(at, f"There is no step `{found.subject}`.", "Correct the name.")
        elif (choice := self.playbook.choices.get(found.subject)) is None:
            yield self._problem(
                at, f"There is no choice `{found.subject}`.", "Declare it under choices."
            )
        elif found.value not in choice.choices:
            yield self._problem(
                at,
                f"`{found.subject}` is never `{found.value}`.",
                f"It is one of {', '.join(choice.choices)}.",
            )

    def _command(self, step: Step, place: tuple[str | int, ...]) -> Iterator[Problem]:
        at = (*place, "run" if step.run else "requires")
        for name in PLACE.findall(step.line):
            if name != INCIDENT and name not in self.playbook.choices:
                yield self._problem(
                    at, f"Nothing is called `{{{name}}}`.", "Use a choice, or {incident}."
                )
                return
        command = command_of(self.catalogue, step.line)
        wrong = next(filter(None, (_misfit(self.catalogue, one) for one in self._lines(step))), "")
        if step.run:
            if wrong:
                yield self._problem(at, wrong, "`/pitchey help` shows what is allowed.")
                return
        elif step.requires and not wrong:
            said = f"`{step.requires}` exists now."
            yield self._problem(at, said, "Write run in place of requires.", advice=True)
        elif step.requires and command is not None and " " in command.name:
            said = f"`{command.name}` exists now. {wrong}"
            yield self._problem(at, said, "Correct its arguments.", advice=True)
        if step.poll and command is not None and command.risk is not Risk.READS:
            yield self._problem(
                (*place, "poll"),
                f"`{command.name}` changes something, so it is not repeated by itself.",
                "Poll with a command that only reads.",
            )

    def _lines(self, step: Step) -> Iterator[str]:
        """The command line with every combination of what may be chosen."""
        names = sorted(set(PLACE.findall(step.line)) - {INCIDENT})
        allowed = [self.playbook.choices[name].choices for name in names]
        for values in itertools.product(*allowed):
            yield filled(step.line, dict(zip(names, values, strict=True)), "INC-1")

    def _cycles(self) -> Iterator[Problem]:
        graph: dict[str, set[str]] = {}
        for step in self.playbook.steps:
            graph[step.id] = set(step.needs)
            if step.when and (found := condition(step.when)) and found.about_step:
                graph[step.id].add(found.subject)
        try:
            graphlib.TopologicalSorter(graph).prepare()
        except graphlib.CycleError as error:
            circle = list(reversed(error.args[1]))
            yield self._problem(
                self._place(circle[0]),
                f"Steps wait for each other: {' needs '.join(circle)}.",
                "Remove one of these needs.",
            )

    def _place(self, step_id: str) -> tuple[str | int, ...]:
        for phase_at, phase in enumerate(self.playbook.phases):
            for step_at, step in enumerate(phase.steps):
                if step.id == step_id:
                    return ("phases", phase_at, "steps", step_at)
        return ()

    def _clock(self) -> Iterator[Problem]:
        clock = self.playbook.legal_clock
        if clock is not None and self.playbook.step(clock.stopped_by) is None:
            yield self._problem(
                ("legal_clock", "stopped_by"),
                f"`{clock.stopped_by}` is no step.",
                "Name the step that ends the time limit.",
            )

    def _review(self) -> Iterator[Problem]:
        age = (self.today - self.playbook.reviewed).days
        if age < -1:
            yield self._problem(
                ("reviewed",), "It was reviewed in the future.", "Correct the date."
            )
        elif age > OUTDATED_DAYS:
            yield self._problem(
                ("reviewed",),
                f"Nobody has reviewed it for {age} days.",
                "Read it against the platform and set today's date.",
                advice=True,
            )


def _misfit(catalogue: Catalogue, line: str) -> str:
    """Why the line is no command; empty where it is one."""
    try:
        found = parsing.parse(catalogue, words.split(line))
    except BadInput as error:
        return f"{error.message} {error.hint}".strip()
    return "" if isinstance(found, parsing.Parsed) else f"`{line}` only asks for help."
