"""What every message and every line of the log goes through: redaction, mrkdwn, Slack's rules."""

from __future__ import annotations

import time
from collections.abc import Callable

from bot import blocks
from bot.mrkdwn import parse
from bot.redaction import Redactor
from bot.sandbox.workspace.validation import check_message, too_long

Say = Callable[[str], None]
Goal = Callable[[str, float, float], None]
_LOGGED = (
    "2026-11-23T12:00:07Z GET https://api.pitchey.io/api/health?id=17 200 0.412 ms "
    "user=U012AB3CD request 3f2a1b9c-1234-4abc-9def-0123456789ab token ok key=17\n"
)
_WRITTEN = "*Healthy*: _7 of 7_ `a<b` snake_case ~x~ :tada: <https://a.b/c?x=1&amp;y=2|see *it*>\n"


def measure(_say: Say, goal: Goal) -> None:
    """Print every figure; takes a second."""
    redactor = Redactor([f"held-secret-{number}-abcdefgh/+" for number in range(12)])
    logged, written = (_LOGGED * 70)[:10_000], _WRITTEN * (40_000 // len(_WRITTEN))
    goal("10 kB of log redacted, ms", _best(lambda: redactor.text(logged), 50), 2.0)
    goal("40 kB of mrkdwn parsed, ms", _best(lambda: parse(written), 10), 50.0)
    message = _usual_message()
    check_message(message)  # the first check also warms the schemas
    checked = _best(lambda: (check_message(message), too_long(message)), 200)
    goal("a usual message checked by the sandbox, ms", checked, 1.0)


def _best(work: Callable[[], object], times: int) -> float:
    found = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return min(found) * 1000


def _usual_message() -> dict[str, object]:
    buttons = [blocks.command_button(f"Check {at}", f"health {at}") for at in range(4)]
    return {
        "text": "Healthy: 7 of 7 checks passed in 412 ms",
        "blocks": [
            blocks.header("Healthy"),
            blocks.section("*7 of 7* checks passed", accessory=buttons[0]),
            blocks.table([[f"check {at}", "ok", "12 ms"] for at in range(8)]),
            blocks.fields("*Environment*", "production"),
            blocks.context("Alert above 1000 ms"),
            blocks.actions(*buttons),
        ],
    }
