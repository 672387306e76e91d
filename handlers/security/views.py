"""An audit as a message: what is new, what is still open, what is fixed, what was not looked at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from bot.blocks import actions, clip, code, command_button, context, date, escape, section
from bot.command import Block, Reply
from bot.phrases import plural
from handlers.security.headers import Graded
from handlers.security.result import TITLES, Audit, Part

if TYPE_CHECKING:
    from bot.store.security_findings import KnownFinding

_SIGNS = {"critical": ":red_circle:", "warning": ":large_orange_circle:", "info": ":white_circle:"}
_GRAVE = {"critical": 0, "warning": 1, "info": 2}
_MOST = 8  # findings shown whole


def audit_reply(found: Audit, word: str) -> Reply:
    """The verdict first: how many are new and critical."""
    compared = found.compared
    shown = sorted([*compared.new, *compared.still], key=_order)
    critical = sum(each.severity == "critical" for each in shown)
    unchecked = [part for part in found.parts if part.unchecked]
    text = _headline(len(compared.new), len(compared.still), critical, bool(unchecked))
    blocks: list[Block] = [section(f"*{text}*"), context(_summary(found))]
    new = {each.id for each in compared.new}
    blocks += [_block(each, "new" if each.id in new else "", found.at) for each in shown[:_MOST]]
    if len(shown) > _MOST:
        blocks.append(context(f"And {len(shown) - _MOST} more: `{word} security risks`."))
    if compared.fixed:
        gone = ", ".join(escape(clip(each.title, 80)) for each in compared.fixed[:5])
        blocks.append(section(f":white_check_mark: *Fixed since the last audit*: {gone}"))
    if compared.accepted:
        blocks.append(context(f"{len(compared.accepted)} accepted for now, not shown."))
    blocks.append(section("\n".join(_part_line(part) for part in found.parts)))
    blocks.append(_buttons(shown))
    return Reply(text, blocks, data=_data(found), exit_code=2 if critical else int(bool(shown)))


def _headline(new: int, still: int, critical: int, partly: bool) -> str:
    if not new and not still:
        rest = ", but not everything could be checked" if partly else ""
        sign = ":grey_question:" if partly else ":white_check_mark:"
        return f"{sign} Security audit: nothing found{rest}"
    sign = ":red_circle:" if critical else ":large_orange_circle:"
    grave = f", {critical} critical" if critical else ""
    return f"{sign} Security audit: {plural(new, 'new finding')}, {still} still open{grave}"


def _summary(found: Audit) -> str:
    before = f"the one before {date(found.before)}" if found.before else "the first audit"
    return f"{date(found.at)}, took {found.seconds:.1f} s; {before}"


def _order(each: KnownFinding) -> tuple[int, datetime]:
    return (_GRAVE.get(each.severity, 3), each.first_seen)


def _block(each: KnownFinding, mark: str, now: datetime) -> Block:
    since = "new" if mark else f"open since {date(each.first_seen, '{date_short}')}"
    owner = f", owner {escape(each.owner)}" if each.owner else ""
    ended = " The time for which it was accepted is over." if _over(each, now) else ""
    lines = [
        f"{_SIGNS.get(each.severity, '')} *{escape(clip(each.title, 150))}*",
        f"{escape(clip(each.evidence, 300))}",
        f"{escape(clip(each.remedy, 250))}{ended}" if each.remedy else ended.strip(),
        f"{code(each.id)} · {each.severity} · {since}{owner}",
    ]
    return section("\n".join(line for line in lines if line))


def _over(each: KnownFinding, now: datetime) -> bool:
    return each.accepted_until is not None and each.accepted_until <= now


def _part_line(part: Part) -> str:
    title = TITLES[part.name]
    count = len(part.findings)
    if part.unchecked and not part.looked:
        return f":grey_question: {title}: not checked: {escape(clip(part.unchecked, 200))}"
    sign = ":white_check_mark:" if not count else ":large_orange_circle:"
    found = "nothing found" if not count else f"{count} found"
    rest = f" Not checked: {escape(clip(part.unchecked, 200))}." if part.unchecked else ""
    return f"{sign} {title}: {found} in {escape(part.looked)}.{rest}"


def _buttons(shown: Sequence[KnownFinding]) -> Block:
    named = [command_button("Open risks", "security risks")] if shown else []
    return actions(
        *named,
        command_button("Grades of headers", "security headers"),
        command_button("Who is blocked", "security blocks"),
    )


def headers_reply(grades: Sequence[Graded], missing: str) -> Reply:
    """Each host's grade, the worst first, with what takes points away."""
    ordered = sorted(grades, key=lambda each: each.score)
    if not ordered:
        text = f":grey_question: No host could be graded: {missing}"
        return Reply(text, [section(f"*{escape(text)}*")], exit_code=1)
    worst = ordered[0]
    sign = ":white_check_mark:" if worst.score >= 70 else ":large_orange_circle:"
    text = f"{sign} Security headers: {worst.grade} at worst, {worst.called}, {worst.score} points"
    blocks: list[Block] = [section(f"*{escape(text)}*")]
    for hosts, graded in _alike(ordered)[:6]:
        names = escape(", ".join(hosts))
        good = len(graded.tests) - len(graded.failed)
        lines = [
            f"*{names}*: {graded.grade}, {graded.score} points; {good} tests take nothing away"
        ]
        lines += [
            f"• *{escape(test.name)}* {test.score}: {escape(test.seen)}. {escape(test.remedy)}"
            for test in sorted(graded.failed, key=lambda each: each.score)
        ]
        blocks.append(section("\n".join(lines)))
    if missing:
        blocks.append(context(f"Not graded: {escape(clip(missing, 300))}"))
    blocks.append(context("As Mozilla's HTTP Observatory grades: 100, and less for each lack."))
    return Reply(
        text,
        blocks,
        data=[
            {"host": each.host, "role": each.role, "grade": each.grade, "score": each.score}
            for each in ordered
        ],
        exit_code=int(worst.score < 70),
    )


def _alike(grades: Sequence[Graded]) -> list[tuple[list[str], Graded]]:
    """Hosts of the same failures together: often one setting serves them all."""
    found: dict[tuple[object, ...], tuple[list[str], Graded]] = {}
    for graded in grades:
        key = (graded.score, *graded.failed)
        found.setdefault(key, ([], graded))[0].append(graded.called)
    return list(found.values())


def risks_reply(found: Sequence[KnownFinding], now: datetime, word: str) -> Reply:
    """Everything that is not fixed, with who accepted what until when."""
    bare = sorted((each for each in found if not each.accepted(now)), key=_order)
    accepted = sorted((each for each in found if each.accepted(now)), key=_order)
    if not found:
        text = ":white_check_mark: No security finding is open"
        return Reply(text, [section(f"*{text}*"), actions(_again())], data=[])
    text = f":shield: {len(bare)} security findings are open, {len(accepted)} accepted for a while"
    blocks: list[Block] = [section(f"*{text}*")]
    blocks += [_block(each, "", now) for each in bare[:15]]
    for each in accepted[:10]:
        until = date(each.accepted_until, "{date_short}") if each.accepted_until else ""
        blocks.append(
            section(
                f":hourglass: {escape(clip(each.title, 150))}\nAccepted until {until} by "
                f"{escape(each.accepted_by)}: {escape(clip(each.accepted_why, 200))}\n"
                f"{code(each.id)}"
            )
        )
    blocks.append(
        context(f"Accept one for a while: `{word} security accept SF-… for 30d --reason …`")
    )
    blocks.append(actions(_again()))
    return Reply(text, blocks, data=[_known(each, now) for each in (*bare, *accepted)])


def _again() -> Block:
    return command_button("Audit now", "security audit")


def accepted_reply(each: KnownFinding) -> Reply:
    until = date(each.accepted_until) if each.accepted_until else ""
    text = f":hourglass: {each.id} is accepted: {clip(each.title, 100)}"
    return Reply(
        text,
        [
            section(f"*{escape(text)}*"),
            section(
                f"Until {until}, by {escape(each.accepted_by)}: {escape(each.accepted_why)}\n"
                "Then it counts as open again."
            ),
            actions(command_button("Open risks", "security risks")),
        ],
        data={"id": each.id},
    )


def _known(each: KnownFinding, now: datetime) -> dict[str, object]:
    return {
        "id": each.id,
        "part": each.part,
        "title": each.title,
        "severity": each.severity,
        "first_seen": each.first_seen.isoformat(),
        "accepted": each.accepted(now),
    }


def _data(found: Audit) -> dict[str, object]:
    compared = found.compared
    return {
        "new": [_known(each, found.at) for each in compared.new],
        "still": [_known(each, found.at) for each in compared.still],
        "fixed": [_known(each, found.at) for each in compared.fixed],
        "accepted": len(compared.accepted),
        "unchecked": {part.name: part.unchecked for part in found.parts if part.unchecked},
        "seconds": round(found.seconds, 1),
    }
