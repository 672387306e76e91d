"""What blockkit builds, and has validated, is taken."""

from __future__ import annotations

from datetime import date

from blockkit import core as kit
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.workspace.validation import check_blocks, check_view

short = st.text("abc *_~`<>&:é字", min_size=1, max_size=24)
maybe = st.none() | st.booleans()
ids = st.from_regex(r"[A-Z][A-Z0-9]{8}", fullmatch=True)
url = st.just("https://example.com/a.png")
plain = st.builds(kit.Text, text=short, type=st.just("plain_text"), emoji=maybe)
mrkdwn = st.builds(kit.Text, text=short, type=st.just("mrkdwn"), verbatim=maybe)
text = plain | mrkdwn
option = st.builds(kit.Option, text=plain, value=short, description=st.none() | plain)
options = st.lists(option, min_size=1, max_size=5)
confirm = st.none() | st.builds(kit.Confirm, title=plain, text=plain, confirm=plain, deny=plain)
shared = {"action_id": short, "confirm": confirm, "focus_on_load": maybe}
placed = {**shared, "placeholder": plain}
typed = {"action_id": short, "placeholder": plain, "focus_on_load": maybe}

button = st.builds(
    kit.Button,
    text=plain,
    action_id=short,
    value=st.none() | short,
    url=st.none() | url,
    style=st.sampled_from([None, "primary", "danger"]),
    confirm=confirm,
    accessibility_label=st.none() | short,
)
picture = st.builds(kit.ImageEl, image_url=url, alt_text=short)
chosen = options.flatmap(
    lambda listed: st.one_of(
        st.builds(kit.StaticSelect, options=st.just(listed), initial_option=st.just(listed[0])),
        st.builds(kit.MultiStaticSelect, options=st.just(listed), **placed),
        st.builds(kit.Checkboxes, options=st.just(listed), **shared),
        st.builds(kit.RadioButtons, options=st.just(listed), initial_option=st.just(listed[-1])),
    )
)
picked = st.one_of(
    chosen,
    st.builds(kit.ExternalSelect, min_query_length=st.integers(1, 9), **placed),
    st.builds(kit.UsersSelect, initial_user=ids, **placed),
    st.builds(kit.MultiChannelsSelect, max_selected_items=st.integers(1, 5), **placed),
    st.builds(
        kit.ConversationsSelect,
        filter=st.builds(kit.ConversationFilter, include=st.just(["im", "public"])),
        **placed,
    ),
    st.builds(kit.DatePicker, initial_date=st.dates(date(1000, 1, 1)), **placed),
    st.builds(kit.TimePicker, initial_time=st.times(), timezone=st.just("UTC"), **placed),
)
dispatch = st.none() | st.builds(
    kit.DispatchActionConfig, trigger_actions_on=st.just(["on_enter_pressed"])
)
entered = st.one_of(
    st.builds(kit.PlainTextInput, max_length=st.integers(1, 3000), **typed),
    st.builds(kit.EmailInput, dispatch_action_config=dispatch, **typed),
    st.builds(kit.UrlInput, initial_value=url, **typed),
    st.builds(
        kit.NumberInput,
        is_decimal_allowed=st.just(True),
        initial_value=st.integers(0, 9),
        min_value=st.just(-1.5),
        max_value=st.just(9.5),
        **typed,
    ),
    st.builds(kit.FileInput, action_id=short, filetypes=st.just(["pdf", "csv"])),
)
style = st.none() | st.builds(kit.RichStyle, bold=maybe, italic=maybe, code=maybe)
words = st.one_of(
    st.builds(kit.RichTextEl, text=short, style=style),
    st.builds(kit.RichLinkEl, url=url, text=short, style=style),
)
inline = st.one_of(
    words,
    st.builds(kit.RichUserEl, user_id=ids, style=st.builds(kit.RichStyle, highlight=maybe)),
    st.builds(kit.RichEmojiEl, name=st.just("tada")),
    st.builds(kit.RichDateEl, timestamp=st.integers(0, 2**31), format=st.just("{date}")),
    st.builds(kit.RichColorEl, value=st.just("#ff8800")),
)
line = st.builds(kit.RichTextSection, elements=st.lists(inline, min_size=1, max_size=4))
rich = st.builds(
    kit.RichText,
    elements=st.lists(
        st.one_of(
            line,
            st.builds(kit.RichTextQuote, elements=st.lists(inline, min_size=1, max_size=3)),
            st.builds(kit.RichTextPreformatted, elements=st.lists(words, min_size=1, max_size=3)),
            st.builds(
                kit.RichTextList,
                style=st.sampled_from(["bullet", "ordered"]),
                elements=st.lists(line, min_size=1, max_size=3),
                indent=st.integers(0, 8),
                offset=st.integers(0, 9),
                border=st.sampled_from([0, 1]),
            ),
        ),
        min_size=1,
        max_size=3,
    ),
)
anywhere = st.one_of(
    rich,
    st.builds(kit.Section, text=text, accessory=st.one_of(st.none(), button, picture, picked)),
    st.builds(kit.Section, fields=st.lists(text, min_size=1, max_size=10), expand=maybe),
    st.builds(kit.Header, text=plain, block_id=st.none() | short),
    st.builds(kit.Divider),
    st.builds(kit.Context, elements=st.lists(text | picture, min_size=1, max_size=10)),
    st.builds(kit.Actions, elements=st.tuples(button).map(list)),
    st.builds(kit.Actions, elements=st.tuples(picked).map(list)),
    st.builds(kit.Image, image_url=url, alt_text=short, title=st.none() | plain),
    st.builds(kit.Input, label=plain, element=entered | picked, optional=maybe),
    st.builds(
        kit.Video, title=plain, alt_text=short, video_url=url, thumbnail_url=url, author_name=short
    ),
)
cells = st.lists(st.builds(kit.RawText, text=short) | rich, min_size=1, max_size=3)
in_message = st.one_of(
    anywhere,
    st.builds(kit.Markdown, text=short),
    st.builds(
        kit.Table,
        rows=st.lists(cells, min_size=1, max_size=3),
        column_settings=st.lists(
            st.builds(kit.ColumnSettings, align=st.just("right"), is_wrapped=st.booleans()),
            max_size=20,  # Slack's own limit, which the library does not know
        ),
    ),
)


@settings(max_examples=60, deadline=None)
@given(in_message)
def test_blocks_of_messages(block: kit.Component) -> None:
    assert check_blocks([block.build()], "message") == ()


@settings(max_examples=60, deadline=None)
@given(st.builds(kit.Modal, title=plain, submit=plain, blocks=st.tuples(anywhere).map(list)))
def test_modals(view: kit.Modal) -> None:
    assert check_view(view.build()) == ()
