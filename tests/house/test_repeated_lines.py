"""What a dependency that is away says again and again is in the log now and then."""

from __future__ import annotations

import logging

from bot.repeated_lines import MOST, SECONDS, RepeatedLines


class _Log:
    def __init__(self) -> None:
        self.now, self.lines = 0.0, list[str]()
        self._filter = RepeatedLines(lambda: self.now)

    def say(self, text: str, *values: object, level: int = logging.WARNING) -> None:
        record = logging.LogRecord("psycopg.pool", level, "", 0, text, values, None)
        if self._filter.filter(record):
            self.lines.append(record.getMessage())


def test_of_equal_warnings_a_few_are_shown_and_the_number_of_the_others() -> None:
    log = _Log()
    for _ in range(430):
        log.say("error connecting in %r: %s", "store", "refused")
    log.say("no room, 100 % full")
    assert log.lines == ["error connecting in 'store': refused"] * MOST + ["no room, 100 % full"]
    log.lines, log.now = [], SECONDS
    log.say("error connecting in %r: %s", "store", "refused")
    log.say("no room, 100 % full")
    log.now = 3 * SECONDS
    log.say("error connecting in %r: %s", "store", "refused")
    assert log.lines == [
        f"error connecting in 'store': refused (and {430 - MOST} more like it before)",
        "no room, 100 % full",
        "error connecting in 'store': refused",
    ]


def test_what_is_no_warning_is_told_each_time_and_little_is_remembered() -> None:
    log = _Log()
    for number in range(1_000):
        log.say("started", level=logging.INFO)
        log.say("line %d", number)
    assert len(log.lines) == 2_000
    assert len(log._filter._seen) <= 200
