"""What slack_sdk's own classes build within Slack's limits is taken."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models import blocks as sdk
from slack_sdk.models.blocks import basic_components as basic
from slack_sdk.models.blocks.block_elements import FileInputElement
from slack_sdk.models.views import View

from bot.sandbox.workspace.validation import check_blocks, check_view

short = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=24)
maybe = st.none() | st.booleans()
ids = st.from_regex(r"[A-Z][A-Z0-9]{8}", fullmatch=True)
url = st.just("https://example.com/a.png")
plain = st.builds(basic.PlainTextObject, text=short, emoji=maybe)
mrkdwn = st.builds(basic.MarkdownTextObject, text=short, verbatim=maybe)
text = plain | mrkdwn
option = st.builds(basic.Option, value=short, text=plain, description=st.none() | plain)
options = st.lists(option, min_size=1, max_size=5)
confirm = st.none() | st.builds(
    basic.ConfirmObject, title=plain, text=text, confirm=plain, deny=plain
)
shared = {"action_id": short, "confirm": confirm, "focus_on_load": maybe}
placed = {**shared, "placeholder": plain}
typed = {"action_id": short, "placeholder": plain, "focus_on_load": maybe}

button = st.builds(
    sdk.ButtonElement,
    text=plain,
    action_id=short,
    value=st.none() | short,
    url=st.none() | url,
    style=st.sampled_from([None, "primary", "danger"]),
    confirm=confirm,
)
picture = st.builds(sdk.ImageElement, image_url=url, alt_text=short)
picked = st.one_of(
    st.builds(sdk.StaticSelectElement, options=options, **placed),
    st.builds(sdk.StaticMultiSelectElement, options=options, **placed),
    st.builds(sdk.ExternalDataSelectElement, min_query_length=st.integers(0, 9), **placed),
    st.builds(sdk.UserSelectElement, initial_user=ids, **placed),
    st.builds(sdk.UserMultiSelectElement, initial_users=st.lists(ids, min_size=1), **placed),
    st.builds(sdk.ConversationSelectElement, default_to_current_conversation=maybe, **placed),
    st.builds(sdk.ChannelSelectElement, initial_channel=ids, **placed),
    st.builds(sdk.CheckboxesElement, options=options, **shared),
    st.builds(sdk.RadioButtonsElement, options=options, **shared),
    st.builds(sdk.DatePickerElement, initial_date=st.dates().map(str), **placed),
    st.builds(sdk.TimePickerElement, initial_time=st.just("08:30"), **placed),
)
entered = st.one_of(
    st.builds(sdk.PlainTextInputElement, multiline=maybe, max_length=st.just(9), **typed),
    st.builds(sdk.EmailInputElement, **typed),
    st.builds(sdk.UrlInputElement, **typed),
    st.builds(sdk.NumberInputElement, is_decimal_allowed=st.booleans(), **typed),
    st.builds(sdk.RichTextInputElement, **typed),
    st.builds(FileInputElement, action_id=short, max_files=st.integers(1, 10)),
)
overflow = st.builds(sdk.OverflowMenuElement, options=options, action_id=short)
parts = sdk.RichTextElementParts
section_of_text = st.builds(
    sdk.RichTextSectionElement,
    elements=st.lists(
        st.builds(parts.Text, text=short)
        | st.builds(parts.Link, url=url, text=short)
        | st.builds(parts.User, user_id=ids)
        | st.builds(parts.Emoji, name=st.just("tada"))
        | st.builds(parts.Broadcast, range=st.sampled_from(["here", "channel"])),
        min_size=1,
        max_size=4,
    ),
)
rich = st.builds(sdk.RichTextBlock, elements=st.lists(section_of_text, min_size=1, max_size=3))
section = st.builds(
    sdk.SectionBlock, text=text, accessory=st.one_of(st.none(), button, picture, picked, overflow)
)
card = st.builds(sdk.CardBlock, title=mrkdwn, body=st.none() | mrkdwn, icon=st.none() | picture)
cell = st.builds(basic.RawTextObject, text=short).map(lambda made: made.to_dict())
row = st.lists(cell, min_size=2, max_size=2)
anywhere = st.one_of(
    section,
    rich,
    st.builds(sdk.SectionBlock, fields=st.lists(text, min_size=1, max_size=10)),
    st.builds(sdk.HeaderBlock, text=plain),
    st.builds(sdk.DividerBlock),
    st.builds(sdk.ContextBlock, elements=st.lists(text | picture, min_size=1, max_size=10)),
    st.builds(sdk.ActionsBlock, elements=st.tuples(button).map(list)),
    st.builds(sdk.ActionsBlock, elements=st.tuples(picked).map(list)),
    st.builds(sdk.ImageBlock, image_url=url, alt_text=short, title=st.none() | plain),
    st.builds(sdk.InputBlock, label=plain, element=entered | picked, hint=st.none() | plain),
    card,
)
in_message = st.one_of(
    anywhere,
    st.builds(sdk.MarkdownBlock, text=short),
    st.builds(sdk.TableBlock, rows=st.lists(row, min_size=1, max_size=5)),
    st.builds(sdk.CarouselBlock, elements=st.lists(card, min_size=1, max_size=10)),
    st.builds(
        sdk.ContainerBlock,
        title=plain,
        child_blocks=st.lists(section, min_size=1, max_size=3),
        is_collapsible=maybe,
    ),
    st.builds(
        sdk.TaskCardBlock,
        task_id=short,
        title=short,
        status=st.sampled_from(["in_progress", "complete", "error"]),
        details=st.none() | rich,
    ),
)


@settings(max_examples=60, deadline=None)
@given(in_message)
def test_blocks_of_messages(block: sdk.Block) -> None:
    assert check_blocks([block.to_dict()], "message") == ()


@settings(max_examples=60, deadline=None)
@given(anywhere | st.builds(sdk.AlertBlock, text=text, level=st.just("info")), plain)
def test_modals(block: sdk.Block, title: basic.PlainTextObject) -> None:
    view = View(type="modal", title=title, submit=title, close=title, blocks=[block])
    assert check_view(view.to_dict()) == ()
