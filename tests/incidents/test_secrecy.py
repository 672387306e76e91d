"""What people outside of a private incident may not learn; and what people inside write."""

from __future__ import annotations

import json
import re

from bot.command import Reply
from bot.sandbox.workspace import OMAR, OPS, RITA, VIC
from bot.store import AuditEntry
from handlers.morning.records import incidents
from tests.incidents.stage import Stage, run
from tests.sandbox.workspace.stage import until

_PRIVATE = '"Walrus *payroll*" --severity SEV4 --kind data-breach --affected giraffe'
_SECRETS = ("walrus", "giraffe", "hippopotamus")


def told(reply: Reply) -> str:
    """Without how long ago it was, which goes on between two looks."""
    return re.sub(r"\d+ (s|min) ago", "", f"{reply.text} {json.dumps(reply.blocks)}".lower())


async def test_outsiders_cannot_tell_that_there_is_a_private_one(stage: Stage) -> None:
    before = [told(await run(stage, line, "omar")) for line in _LOOKS]
    record, channel = await stage.declared(_PRIVATE)
    await run(stage, 'incident note "hippopotamus seen"', "rita", channel.id)
    await run(stage, f"incident link https://x.example/1 --incident {record.id}", "rita")
    await run(stage, f"incident evidence {record.id}", "rita", channel.id)
    assert record.id.lower() in told(await run(stage, "operations", "rita"))
    after = [told(await run(stage, line, "omar")) for line in _LOOKS]
    assert after == before
    seen = incidents(stage.store, record.declared_at, stage.runtime.now())
    assert record.id not in str(seen)
    marks = stage.store.marks.between(record.began_at, stage.runtime.now())
    assert all(record.id not in mark.label for mark in marks)


_LOOKS = (
    "incident list",
    "incident search giraffe",
    "incident search hippopotamus",
    "operations",
)


async def test_the_audit_log_tells_of_it_to_admins_alone(stage: Stage) -> None:
    record, channel = await stage.declared(_PRIVATE)
    await run(stage, 'incident note "hippopotamus seen"', "rita", channel.id)
    await run(stage, f"incident show {record.id}", "rita")
    asked = told(await run(stage, "audit --command incident --limit 100", "omar"))
    assert not [secret for secret in (*_SECRETS, record.id.lower()) if secret in asked]
    assert "list" in asked or "audit entries" in asked
    everything = told(await run(stage, "audit --command incident --limit 100", "ana"))
    assert all(secret in everything for secret in _SECRETS)
    export = (await run(stage, "audit --export csv", "omar")).files[0].content
    assert b"hippopotamus" not in export
    whole = (await run(stage, "audit --export csv", "ana")).files[0].content
    assert b"hippopotamus" in whole


async def test_a_pushpin_that_keeps_nothing_says_so(stage: Stage) -> None:
    record, channel = await stage.declared("Errors --severity SEV4")
    stage.workspace.posting.join(channel, VIC)
    rita = stage.actor(RITA, channel.id)
    await rita.types("the pool is full")
    message = await rita.sees_message("the pool is full")
    await stage.actor(VIC, channel.id).reacts("pushpin", message)
    direct = stage.workspace.direct(VIC)
    await until(lambda: any("not* kept" in each.text for each in stage.said(direct.id, VIC)))
    assert not stage.entries(record.id, "message")


async def test_a_form_keeps_line_breaks_and_when_it_began(stage: Stage) -> None:
    rita = stage.actor(RITA)
    await rita.types("/pitchey incident declare")
    await rita.sees_modal("Declare an incident")
    rita.fills("Title", "Slow *search* & <b>")
    rita.fills("When it began", "2020-01-02 03:04 UTC")
    await rita.submits()
    record, channel = await stage.furnished()
    assert f"{record.began_at:%Y-%m-%d %H:%M}" == "2020-01-02 03:04"
    assert "‹b›" in channel.topic
    inside = stage.actor(RITA, channel.id)
    # The title is shown bold: nothing in it may end that.
    card = next(each for each in stage.said(channel.id) if "Take scribe" in str(each.blocks))
    assert card.blocks[0]["text"]["text"].count("*") == 2
    words = 'First & <line> "quoted"\nsecond\n\n- third'
    await inside.presses("Post an update")
    inside.fills("What should people know now?", words)
    await inside.submits()
    shown = await inside.sees_message("Update on", anytime=True)
    assert "\n>second\n>\n>- third" in shown.text
    assert stage.newest().updated_text == words
    (kept,) = stage.entries(record.id, "update")
    assert kept.text == words


async def test_a_beginning_in_the_future_opens_nothing(stage: Stage) -> None:
    count = stage.store.incidents.count()
    reply = await run(stage, 'incident declare "Later" --began "2999-01-01 00:00"', "rita")
    assert "no time in the past" in reply.text
    assert stage.store.incidents.count() == count


async def test_another_timeline_tells_nothing_of_it(stage: Stage) -> None:
    record, channel = await stage.declared(_PRIVATE)
    asked = await run(stage, f"incident evidence {record.id}", "rita", channel.id)
    operation = stage.store.operations.newest(1)[0]
    assert operation.id in told(asked).upper()
    await run(stage, f"operation {operation.id} confirm", "rita", channel.id)
    await until(lambda: stage.store.operations.newest(1)[0].state.final, 15)
    other, _ = await stage.declared("Slow search --severity SEV4")
    texts = " ".join(each.text for each in stage.entries(other.id))
    assert f"{record.id} " not in texts
    assert "evidence" not in texts


async def test_people_in_it_see_it(stage: Stage) -> None:
    record, _ = await stage.declared(_PRIVATE)
    assert record.id.lower() in told(await run(stage, "incident list", "rita"))
    assert OMAR not in {each.reference for each in stage.store.incident_work.links(record.id)}


async def test_what_is_done_in_a_private_one_is_on_no_other_timeline(stage: Stage) -> None:
    private, channel = await stage.declared(_PRIVATE)
    public, _ = await stage.declared('"Slow search" --severity SEV4')

    def done(where: str, words: str) -> AuditEntry:
        return AuditEntry(
            stage.runtime.now(), f"OP-{words}", OMAR, "omar", "button", where, "cache purge",
            f"cache purge everything --reason {words}", "operator", "succeeded", words, 1,
        )  # fmt: skip

    stage.store.audit.append(done(channel.id, "giraffe"))
    stage.store.audit.append(done(OPS, "zebra"))
    await stage.look()
    told = " ".join(each.text for each in stage.entries(public.id))
    assert "zebra" in told
    assert "giraffe" not in told
    assert "giraffe" in " ".join(each.text for each in stage.entries(private.id))
