"""A diagnosis as a message: the verdict, its evidence, what could not be seen, what to do. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.blocks import actions, clip, code, command_button, context, date, escape, section
from bot.command import Block, Delivery, Reply
from bot.judging.wording import listed, unbroken
from bot.limits import SECTION_TEXT
from bot.phrases import plural
from handlers.diagnosis.data import diagnosis_data
from handlers.diagnosis.evidence import Fact
from handlers.diagnosis.result import Cause, Diagnosis, Step
from handlers.diagnosis.rule import Confidence
from handlers.diagnosis.views_details import details_blocks

EMOJI = {
    Confidence.CERTAIN: ":red_circle:",
    Confidence.LIKELY: ":warning:",
    Confidence.POSSIBLE: ":grey_question:",
}
_HEADLINE = 150  # characters
_SHOWN_CAUSES = 4
_SHOWN_FACTS = 5
_SHOWN_BLIND = 6
_SHOWN_BUTTONS = 5
_SHOWN_STEPS = 7
_TITLES = {"slow": "slowness", "auth": "sign-in", "database": "the database", "uploads": "uploads"}


def diagnosis_reply(found: Diagnosis, *, details: bool = False, public: bool = False) -> Reply:
    """`details` shows every fact that was looked at."""
    text = headline(found)
    blocks: list[Block] = [section(f"*{text}*"), context(_about(found))]
    if details:
        blocks += details_blocks(found)
    else:
        blocks += _causes(found)
        blocks += _blind(found)
        blocks += _next(found)
    buttons = list(_buttons(found, details=details, public=public))
    blocks.append(actions(*buttons))
    return Reply(
        text,
        blocks,
        in_channel=public,
        data=diagnosis_data(found),
        exit_code=found.exit_code,
    )


def headline(found: Diagnosis) -> str:
    """The likely cause in words, with how sure it is."""
    about = _about_symptoms(found)
    if found.causes:
        first = found.causes[0]
        more = len(found.causes) - 1
        others = f", and {plural(more, 'other cause')}" if more else ""
        certainty = "Cause" if first.confidence is Confidence.CERTAIN else "Likely cause"
        return unbroken(f"{EMOJI[first.confidence]} {certainty}: {_cause_line(first)}{others}")
    if not found.evidence.facts:
        return f":grey_question: Nothing could be looked at for {about}"
    looked = plural(len(found.evidence.facts), "thing")
    unseen = f"; {plural(len(found.blind), 'part')} could not be looked at" if found.blind else ""
    if found.possible:
        first = found.possible[0]
        return unbroken(f":grey_question: Possible cause: {_cause_line(first)}{unseen}")
    sign = ":grey_question:" if found.blind else ":white_check_mark:"
    return unbroken(f"{sign} Nothing found for {about}: {looked} looked at, all well{unseen}")


def _cause_line(cause: Cause) -> str:
    """The sentence with its detail, where both are short enough for a notification."""
    words = cause.words if len(cause.words) <= _HEADLINE else cause.rule.cause
    return escape(clip(words, _HEADLINE))


def _about_symptoms(found: Diagnosis) -> str:
    if len(found.symptoms) == len(_TITLES):
        return "any symptom"
    return listed([_TITLES.get(each, each) for each in found.symptoms])


def _about(found: Diagnosis) -> str:
    why = f"looked for {_about_symptoms(found)}, because {escape(found.why)}"
    took = f"{found.took_ms / 1000:.1f}\u00a0s"
    return f"{escape(found.environment)} · {date(found.at)} · {took} · {why}"


def _causes(found: Diagnosis) -> Iterator[Block]:
    shown = found.causes[:_SHOWN_CAUSES]
    for cause in shown:
        yield section(_cause(cause, told=len(shown) == 1))
    if len(found.causes) > len(shown):
        names = listed([escape(each.rule.cause) for each in found.causes[len(shown) :]])
        yield context(f"Also found: {names}.")
    if found.possible:
        names = listed([escape(each.rule.cause) for each in found.possible[:4]])
        yield context(f"Possible as well, by a single sign: {names}.")


def _cause(cause: Cause, *, told: bool) -> str:
    """`told` is true where the first line has said it in full."""
    known = told and len(cause.words) <= _HEADLINE
    title = [] if known else [f"{EMOJI[cause.confidence]} *{escape(clip(cause.words, 240))}*"]
    lines = [
        *title,
        f"_{cause.confidence.value.capitalize()}._ {escape(cause.rule.reason)}",
    ]
    lines += [f"*For:* {line}" for line in _facts(cause.supporting)]
    lines += [f"*Against:* {line}" for line in _facts(cause.opposing)]
    if cause.followers:
        follows = listed([escape(each[0].lower() + each[1:]) for each in cause.followers], 3)
        lines.append(f"*Follows from it:* {follows}")
    return clip(unbroken("\n".join(lines)), SECTION_TEXT)


def _facts(facts: Sequence[Fact]) -> list[str]:
    """Those with a past first: a change says more than a value."""
    ordered = sorted(facts, key=lambda fact: not fact.before)
    return [fact_line(fact) for fact in ordered[:_SHOWN_FACTS]]


def fact_line(fact: Fact) -> str:
    """Title, value, limit, and what it was before."""
    limit = f" ({escape(fact.limit)})" if fact.limit else ""
    before = f"; {escape('; '.join(fact.before))}" if fact.before else ""
    return f"{escape(fact.title)}: {escape(clip(fact.shown, 240))}{limit}{before}"


def _blind(found: Diagnosis) -> Iterator[Block]:
    """One quiet line; where nothing at all could be seen, the reasons are the answer."""
    missing = found.blind
    if not missing:
        return
    if found.evidence.facts:
        names = listed([escape(each.part) for each in missing], _SHOWN_BLIND)
        reasons = {each.reason for each in missing}
        why = "*Evidence* says why."
        if len(reasons) == 1:  # the same one everywhere is worth its words
            why = f"{escape(clip(reasons.pop().rstrip('.'), 200))}."
        count = plural(len(missing), "part")
        yield context(unbroken(f"{count} could not be looked at: {names}. {why}"))
        return
    lines = ["*Could not be looked at*"]
    for each in missing[:_SHOWN_BLIND]:
        hint = f" _{escape(each.hint)}_" if each.hint else ""
        lines.append(f"• {escape(each.part)}: {escape(clip(each.reason, 200))}{hint}")
    if len(missing) > _SHOWN_BLIND:
        lines.append(f"• and {len(missing) - _SHOWN_BLIND} more; *Evidence* names them")
    yield section(clip(unbroken("\n".join(lines)), SECTION_TEXT))


def _next(found: Diagnosis) -> Iterator[Block]:
    if found.steps:
        lines = ["*What to do, the best supported first*"]
        lines += [
            f"{number}. {_step(step)}"
            for number, step in enumerate(found.steps[:_SHOWN_STEPS], start=1)
        ]
        yield section(clip("\n".join(lines), SECTION_TEXT))
    elif not found.causes and not found.blind:
        yield section("Nothing to do.")
    if found.causes and found.others:
        words = "; ".join(escape(step.guide or step.words) for step in found.others[:6])
        yield context(f"Also in the guide, with nothing here to support it: {words}.")


def _step(step: Step) -> str:
    words = escape(step.words)
    guide = f" _Guide: {escape(step.guide)}._" if step.guide else ""
    line = f" {code(f'/pitchey {step.line}')}" if step.line else ""
    return f"{words}{line}{guide}"


def _buttons(found: Diagnosis, *, details: bool, public: bool) -> Iterator[Block]:
    line = command_line(found)
    if not details:
        lines: set[str] = set()
        for step in found.steps:
            if step.line and step.line not in lines and len(lines) < _SHOWN_BUTTONS:
                style = "primary" if not lines else ""
                lines.add(step.line)
                yield command_button(step.label, step.line, style=style)
    yield command_button("Diagnose again", line, delivery=Delivery.UPDATE)
    if not details:
        yield command_button("Evidence", f"{line} --details", delivery=Delivery.THREAD)
    if not public:
        yield command_button("Share in channel", f"{line} --public", delivery=Delivery.SHARE)


def command_line(found: Diagnosis) -> str:
    """The words that ask the same again."""
    return f"diagnose {found.asked} --environment {found.environment}"
