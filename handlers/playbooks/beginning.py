"""At the start of the bot: every playbook is checked, and mistakes are told with their lines."""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING

from bot.errors import OpsError
from handlers.playbooks.list_views import lint_reply
from handlers.playbooks.result import Linted
from handlers.playbooks.shelf import library

if TYPE_CHECKING:
    from bot.runtime import Runtime

log = logging.getLogger(__name__)


def begin(runtime: Runtime) -> None:
    """A broken file is told once and left out: it keeps nobody from using the others."""
    found = library(runtime)
    for problem in found.mistakes:
        log.error("playbook not used: %s", problem)
    log.info("%d playbooks, %d mistakes", len(found.sources), len(found.mistakes))
    if not found.mistakes:
        return
    files = len(found.sources) + len({problem.file for problem in found.mistakes})
    told = lint_reply(Linted(files, found.mistakes))
    digest = hashlib.sha256("\n".join(map(str, found.mistakes)).encode()).hexdigest()[:12]
    try:
        runtime.messages.post(
            runtime.settings.slack.ops_channel,
            told.text,
            told.blocks,
            key=f"playbook:mistakes:{digest}",
        )
    except OpsError as error:
        log.error("the mistakes could not be told: %s", error)
