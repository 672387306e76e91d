"""The error budget as a message. Pure."""

from __future__ import annotations

from datetime import timedelta

from bot.blocks import actions, command_button, context, date, escape, section, table
from bot.command import Block, Delivery, Reply
from handlers.metrics.history.asked import words
from handlers.metrics.slo.operations import Burn, Objective

# Google's SRE workbook pages at 14.4 (2 % of 30 days' budget in an hour) and at 6 (5 % in six).
_PAGE, _TICKET = 14.4, 6.0


def slo_reply(found: Objective, *, public: bool = False) -> Reply:
    """The whole answer of `/pitchey slo`."""
    text = headline(found)
    blocks: list[Block] = [
        section(f"*{text}*"),
        context(f"{escape(found.environment)} · the {words(found.window)} to {date(found.until)}"),
    ]
    if found.budget is not None:
        blocks += [_table(found), section(_meaning(found))]
    blocks.append(context(_explained(found)))
    blocks.append(actions(*_buttons(found, public=public)))
    return Reply(text, blocks, public, slo_data(found), found.exit_code)


def headline(found: Objective) -> str:
    """What is left of the budget, in words."""
    span = f"the last {words(found.window)}"
    if found.budget is None:
        return f":grey_question: No checks in {span}, so nothing is known of the error budget"
    good = f"{_exact(found.budget.availability)} of checks good, target {found.target:g} %"
    left = found.budget.left
    if left <= 0:
        over = "all used up" if left > -1 else f"overspent by {-left:,.0f} %"
        return f":red_circle: Error budget of {span} {over}: {good}"
    fastest = found.fastest
    burning = fastest is not None and fastest.budget is not None and fastest.budget.burn >= _TICKET
    emoji = ":warning:" if burning or left < 25 else ":white_check_mark:"
    return f"{emoji} {left:.0f} % of the error budget of {span} left: {good}"


def slo_data(found: Objective) -> dict[str, object]:
    """The result as plain data, for `--json`."""
    budget = found.budget
    return {
        "environment": found.environment,
        "target": found.target,
        "window_seconds": found.window.total_seconds(),
        "availability": budget.availability if budget else None,
        "budget_left_percent": budget.left if budget else None,
        "checks": budget.total if budget else 0,
        "failed": budget.failed if budget else 0,
        "coverage_percent": found.coverage,
        "burn": [
            {
                "window_seconds": burn.window.total_seconds(),
                "rate": burn.budget.burn if burn.budget else None,
                "availability": burn.budget.availability if burn.budget else None,
            }
            for burn in found.burns
        ],
    }


def _table(found: Objective) -> Block:
    rows = [["Last", "Burn", "Good", "Failed checks", "Meaning"]]
    rows += [_row(burn) for burn in found.burns]
    return table(rows, align=["left", "right", "right", "right", "left"])


def _row(burn: Burn) -> list[str]:
    budget = burn.budget
    if budget is None:
        return [words(burn.window), "–", "–", "–", "no checks"]
    return [
        words(burn.window),
        _rate(budget.burn),
        _exact(budget.availability),
        f"{budget.failed:,.0f} of {budget.total:,.0f}",
        _word(budget.burn),
    ]


def _rate(burn: float) -> str:
    return "∞" if burn == float("inf") else f"{burn:.1f}×"


def _word(burn: float) -> str:
    if burn >= _PAGE:
        return "very fast"
    if burn >= _TICKET:
        return "fast"
    if burn > 1:
        return "faster than allowed"
    return "within the budget" if burn > 0 else "nothing failed"


def _meaning(found: Objective) -> str:
    budget = found.budget
    if budget is None:
        return ""
    minutes = found.allowed.total_seconds() / 60
    told = [
        f"{found.target:g} % allows {minutes:,.0f} minutes of failing in {words(found.window)}; "
        f"{minutes * max(0.0, budget.left) / 100:,.0f} are left."
    ]
    ends = found.ends_in
    if budget.left > 0 and ends is not None and ends < found.window:
        told.append(f"At the rate of the last hour they last {_length(ends)}.")
    if found.coverage < 95:
        told.append(f"Only {found.coverage:.0f} % of the time was checked; gaps count neither way.")
    return " ".join(told)


def _explained(found: Objective) -> str:
    return (
        f"A check every {found.every.total_seconds():.0f} s is good when API and site answer "
        "properly and the database is not known to be down. A burn of 1× uses up exactly the "
        f"budget of {words(found.window)}; above {_TICKET:g}× look now, above {_PAGE:g}× "
        "it is an emergency."
    )


def _buttons(found: Objective, *, public: bool) -> list[Block]:
    where = f"--environment {found.environment}"
    hours = int(found.window.total_seconds() // 3600)
    window = f"{hours}h" if hours % 24 else f"{hours // 24}d"
    buttons = [
        command_button("Chart of uptime", f"metrics {window} uptime {where}"),
        command_button("Check health", f"health {where}"),
    ]
    if not public:
        line = f"slo {window} {where} --public"
        buttons.append(command_button("Share in channel", line, delivery=Delivery.SHARE))
    return buttons


def _exact(percent: float) -> str:
    """Never rounded up to what it is not: 99.996 % is not 100 %."""
    shown = f"{percent:.2f}"
    return f"{percent:.4f} %" if shown == "100.00" and percent < 100 else f"{shown} %"


def _length(ends: timedelta) -> str:
    hours = ends.total_seconds() / 3600
    return f"{hours * 60:.0f} minutes" if hours < 2 else (
        f"{hours:.0f} hours" if hours < 48 else f"{hours / 24:.0f} days"
    )  # fmt: skip
