"""A playbook before it runs: who or what does each step, and what is wrong in the files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bot.blocks import code
from bot.errors import BadInput
from bot.playbooks.checking import runnable
from bot.playbooks.library import SUFFIXES, load_file
from bot.playbooks.models import Phase, Playbook, Step
from bot.playbooks.reading import Problem
from handlers.playbooks.result import Linted, Planned, PlannedPhase, PlannedStep
from handlers.playbooks.shelf import folders, library
from handlers.playbooks.wording import span

if TYPE_CHECKING:
    from bot.runtime import Runtime


def planned(runtime: Runtime, playbook: Playbook) -> Planned:
    """The playbook as it would run with the commands of now."""
    catalogue = runtime.catalogue

    def how(step: Step) -> str:
        if runnable(catalogue, step):
            again = f", every {span(step.poll.every)} until green" if step.poll else ""
            return f"runs {code(step.line)}{again}"
        if step.requires:
            return f"needs {code(step.requires)}, by hand meanwhile"
        return "by hand"

    phases = tuple(
        PlannedPhase(
            phase.title,
            _window(phase),
            tuple(
                PlannedStep(
                    playbook.number(step.id), step.title, step.owner, how(step), step.critical
                )
                for step in phase.steps
            ),
        )
        for phase in playbook.phases
    )
    automatic = sum(runnable(catalogue, step) for step in playbook.steps)
    return Planned(playbook, phases, automatic, len(playbook.steps))


def _window(phase: Phase) -> str:
    begins = span(phase.begins) if phase.begins else "0 h"
    since = "" if phase.counted_from == "start" else " from discovery"
    if phase.ends is None:
        return f"{begins} and later{since}" if phase.begins else ""
    return f"{begins} to {span(phase.ends)}{since}"


def lint(runtime: Runtime, name: str | None, *, at_terminal: bool) -> Linted:
    """Every file, or one: by its path (in a terminal only), file name or playbook name."""
    if not name:
        found = library(runtime)
        return Linted(len(_paths(runtime)), found.problems)
    known = [path for path in _paths(runtime) if name in (path.name, path.stem, str(path))]
    if not known and at_terminal and Path(name).suffix in SUFFIXES:
        known = [Path(name)]
    if not known:
        hint = f"Files are in {', '.join(str(folder) for folder in folders(runtime))}."
        raise BadInput(f"There is no playbook file {code(name[:80])}.", hint)
    problems: list[Problem] = []
    for path in known:
        problems += load_file(path, runtime.catalogue, runtime.now().date())[1]
    return Linted(len(known), tuple(problems))


def _paths(runtime: Runtime) -> list[Path]:
    found: list[Path] = []
    for folder in folders(runtime):
        if folder.is_dir():
            found += sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES)
    return found
