"""The playbooks as this process knows them: read again only when a file changed."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from bot.errors import OpsError
from bot.playbooks.library import Library, delivered_folder, load, stamp
from bot.playbooks.models import Playbook
from bot.playbooks.reading import read

if TYPE_CHECKING:
    from bot.playbooks.records import RunRecord
    from bot.runtime import Runtime

Stamp = tuple[tuple[str, int, int], ...]
_lock = Lock()
_kept: dict[int, tuple[tuple[Stamp, tuple[Path, ...]], Library]] = {}


def folders(runtime: Runtime) -> tuple[Path, ...]:
    """The delivered ones first: a team's own playbook of the same name takes its place."""
    return (delivered_folder(), *runtime.settings.playbooks.folders)


def library(runtime: Runtime) -> Library:
    """What the folders hold now. Blocking, for some milliseconds after a file changed."""
    now = stamp(folders(runtime))
    with _lock:
        known = _kept.get(id(runtime.catalogue))
        if known is not None and known[0] == (now, folders(runtime)):
            return known[1]
        made = load(folders(runtime), runtime.catalogue, runtime.now().date())
        _kept.clear()
        _kept[id(runtime.catalogue)] = ((now, folders(runtime)), made)
        return made


def frozen(run: RunRecord) -> Playbook:
    """The playbook as it was when the run began; raises OpsError."""
    found = _parsed(run.content)
    if found is None:
        raise OpsError(
            f"The playbook of {run.id} was written for another version of this bot.",
            f"`/pitchey playbook switch {run.id}` goes on with the present one.",
            permanent=True,
        )
    return found


@lru_cache(maxsize=64)
def _parsed(content: str) -> Playbook | None:
    source, _ = read(content, "run")
    return source.playbook if source else None
