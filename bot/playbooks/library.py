"""The playbooks in the folders: those delivered with the bot, and those a team adds."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from bot.blocks import code
from bot.command import Catalogue
from bot.errors import BadInput
from bot.playbooks.checking import check
from bot.playbooks.models import Playbook
from bot.playbooks.reading import LARGEST, Problem, Source, read

SUFFIXES = (".yml", ".yaml")
_HERE = Path(__file__).parent
_MOST_FILES = 500


def delivered_folder() -> Path:
    """Where the playbooks delivered with the bot are: in the package, or in a checkout."""
    inside = _HERE / "delivered"
    return inside if inside.is_dir() else _HERE.parents[1] / "playbooks"


@dataclass(frozen=True, slots=True)
class Library:
    """Usable playbooks by name, and everything that is wrong in the folders."""

    sources: Mapping[str, Source] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    @property
    def playbooks(self) -> tuple[Playbook, ...]:
        return tuple(source.playbook for source in self.sources.values())

    @property
    def mistakes(self) -> tuple[Problem, ...]:
        """Problems that keep a playbook from being used; not the advice."""
        return tuple(problem for problem in self.problems if not problem.advice)

    def find(self, name: str) -> Source:
        """By name, title or the only name that begins so; raises BadInput."""
        wanted = name.strip().lower()
        for source in self.sources.values():
            if wanted in (source.playbook.name, source.playbook.title.lower()):
                return source
        begun = [one for one in self.sources if wanted and one.startswith(wanted)]
        if len(begun) == 1:
            return self.sources[begun[0]]
        close = begun or difflib.get_close_matches(wanted, self.sources, n=3, cutoff=0.5)
        meant = " or ".join(code(one) for one in close)
        hint = f"Did you mean {meant}?" if close else "`/pitchey playbook list` shows all."
        raise BadInput(f"There is no playbook {code(name[:60])}.", hint)

    def matching(self, kind: str) -> tuple[Playbook, ...]:
        """Those meant for that kind of incident."""
        return tuple(one for one in self.playbooks if kind in one.kinds)


def load(folders: Sequence[Path], catalogue: Catalogue, today: date) -> Library:
    """Read every file of the folders; a later folder's playbook takes the place of an earlier's.

    Blocking: files are read.
    """
    sources: dict[str, Source] = {}
    problems: list[Problem] = []
    for folder in folders:
        here: dict[str, Source] = {}
        files, wrong = _files(folder)
        problems += wrong
        for path in files:
            source, found = load_file(path, catalogue, today)
            problems += found
            if source is None:
                continue
            name = source.playbook.name
            if name in here:
                problems.append(
                    Problem(
                        str(path),
                        source.line("name"),
                        f"`{name}` is also the name in {here[name].file}.",
                        "Give one of them another name.",
                    )
                )
                continue
            here[name] = source
        sources.update(here)
    return Library(dict(sorted(sources.items())), tuple(problems))


def load_file(
    path: Path, catalogue: Catalogue, today: date
) -> tuple[Source | None, tuple[Problem, ...]]:
    """One file; the playbook only where nothing but advice was found."""
    try:
        # A pipe or a device would keep us waiting, or never end.
        if not path.is_file():
            problem = Problem(str(path), 1, "There is no such file.", "Correct its name.")
            return None, (problem,)
        with path.open("rb") as file:
            text = file.read(LARGEST * 4 + 1).decode("utf-8-sig")
    except UnicodeDecodeError:
        return None, (Problem(str(path), 1, "This is not UTF-8 text.", "Save it as UTF-8."),)
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        return None, (Problem(str(path), 1, f"{reason}.", "Let the bot's user read it."),)
    source, problems = read(text, str(path))
    if source is None:
        return None, problems
    problems = check(source, catalogue, today)
    wrong = any(not problem.advice for problem in problems)
    return (None if wrong else source), problems


def _files(folder: Path) -> tuple[tuple[Path, ...], tuple[Problem, ...]]:
    try:
        found = sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES)
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        remedy = "Correct [playbooks] folders in pitchey.toml."
        return (), (Problem(str(folder), 1, f"The folder cannot be read: {reason}.", remedy),)
    if len(found) > _MOST_FILES:
        problem = Problem(str(folder), 1, f"It holds {len(found)} files.", "Name another folder.")
        return (), (problem,)
    return tuple(found), ()


def stamp(folders: Sequence[Path]) -> tuple[tuple[str, int, int], ...]:
    """Changes where a file of the folders does: names, times and sizes."""
    marks = []
    for folder in folders:
        for path in _files(folder)[0]:
            try:
                found = path.stat()
            except OSError:
                continue
            marks.append((str(path), found.st_mtime_ns, found.st_size))
    return tuple(marks)
