"""The morning check as a message: the verdict, what needs somebody, then the rest. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from bot.blocks import actions, clip, command_button, context, date, escape, section
from bot.command import Block, Delivery, Reply
from handlers.morning.result import TITLES, Found, Morning, State
from handlers.morning.words import listed

EMOJI = {
    State.NEEDS: ":red_circle:",
    State.UNCHECKED: ":grey_question:",
    State.NOTE: ":large_yellow_circle:",
    State.GOOD: ":white_check_mark:",
}
_LINES = 6  # so that ten parts stay within the characters of one message
_LINE = 120
_BUTTONS = 4


def headline(found: Morning) -> str:
    """The verdict in words: what needs somebody, by name."""
    needs, unknown = found.needs, found.unchecked
    tail = ""
    if unknown:
        names = listed([TITLES[each.part].lower() for each in unknown], 3)
        tail = f"; not checked: {names}"
    if not needs:
        if not unknown:
            return ":sunny: Good morning: healthy, nothing needs you"
        return clip(f":grey_question: Good morning: nothing known needs you{tail}", 280)
    count = "1 thing needs you" if len(needs) == 1 else f"{len(needs)} things need you"
    sign = ":red_circle:" if any(each.down for each in needs) else ":warning:"
    whys = "; ".join(clip(each.why or each.summary, 90) for each in _first(needs))
    more = f"; {len(needs) - 3} more" if len(needs) > 3 else ""
    return clip(f"{sign} Good morning: {count}: {whys}{more}{tail}", 400)


def morning_reply(found: Morning, *, public: bool = False) -> Reply:
    """The whole answer of `/pitchey morning`."""
    text, blocks = morning_message(found, public=public)
    return Reply(text, blocks, public, morning_data(found), found.exit_code)


def morning_message(found: Morning, *, public: bool = True) -> tuple[str, list[Block]]:
    """Text and blocks; worst first, good parts in one line each."""
    text = escape(headline(found))
    when = f"checked {date(found.at)} in {found.took_ms / 1000:.1f} s"
    late = f" · run late, it was due {date(found.due)}" if found.due else ""
    blocks: list[Block] = [
        section(f"*{text}*"),
        context(f"{escape(found.environment)} · {when} · since {date(found.since)}{late}"),
    ]
    ordered = sorted(found.found, key=lambda each: each.state.rank)
    bad = [each for each in ordered if each.state in (State.NEEDS, State.UNCHECKED)]
    rest = [each for each in ordered if each.state not in (State.NEEDS, State.UNCHECKED)]
    blocks += [section(_part(each)) for each in bad]
    if rest:
        notes = [each for each in rest if each.state is State.NOTE or each.part == "metrics"]
        blocks += [section(_part(each)) for each in notes]
        good = [each for each in rest if each not in notes]
        if good:
            blocks.append(section("\n".join(_first_line(each) for each in good)))
    blocks.append(actions(*_buttons(found, bad, public=public)))
    return text, blocks


def morning_data(found: Morning) -> dict[str, object]:
    """The result as plain data, for `--json`."""
    return {
        "environment": found.environment,
        "at": found.at.isoformat(),
        "since": found.since.isoformat(),
        "due": found.due.isoformat() if found.due else None,
        "took_ms": round(found.took_ms, 1),
        "needs": [each.part for each in found.needs],
        "unchecked": [each.part for each in found.unchecked],
        "parts": {
            each.part: {
                "state": each.state.value,
                "summary": each.summary,
                "lines": list(each.lines),
                **each.data,
            }
            for each in found.found
        },
    }


def _first(needs: tuple[Found, ...]) -> tuple[Found, ...]:
    return tuple(sorted(needs, key=lambda each: not each.down)[:3])


def _first_line(found: Found) -> str:
    word = "" if found.state is State.GOOD else f" ({found.state.value})"
    return f"{EMOJI[found.state]} *{found.title}*{word}: {escape(clip(found.summary, 200))}"


def _part(found: Found) -> str:
    lines = [_first_line(found)]
    lines += [f"• {escape(clip(line, _LINE))}" for line in found.lines[:_LINES]]
    if len(found.lines) > _LINES:
        lines.append(f"• and {len(found.lines) - _LINES} more")
    return "\n".join(lines)


def _buttons(found: Morning, bad: list[Found], *, public: bool) -> Iterator[Block]:
    notes = [each for each in found.found if each.state is State.NOTE]
    told: dict[str, str] = {}
    for each in [*bad, *notes]:
        if each.command:
            told.setdefault(each.command, each.label)
    for line, label in list(told.items())[:_BUTTONS]:
        yield command_button(label, line)
    again = "morning --public" if public else "morning"
    yield command_button("Check again", again, delivery=Delivery.UPDATE)
    if not public:
        yield command_button("Share in channel", "morning --public", delivery=Delivery.SHARE)
