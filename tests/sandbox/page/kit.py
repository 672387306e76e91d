"""One of every block and element Slack has, as an app would send it."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def option(text: str, value: str) -> Json:
    return {"text": plain(text), "value": value}


OPTIONS = [option("First choice", "1"), option("Second choice", "2")]
PICTURE = {"type": "image", "image_url": "https://pitchey.example/a.png", "alt_text": "A graph"}
RICH = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "bold words", "style": {"bold": True, "italic": True}},
                {"type": "link", "url": "https://pitchey.example/x", "text": "a link"},
                {"type": "user", "user_id": "U0ANA00001"},
                {"type": "channel", "channel_id": "C0OPS00001"},
                {"type": "usergroup", "usergroup_id": "S0ONCALL01"},
                {"type": "broadcast", "range": "here"},
                {"type": "emoji", "name": "tada"},
                {"type": "date", "timestamp": 1700000000, "format": "{date}", "fallback": "then"},
                {"type": "color", "value": "#ff8800"},
            ],
        },
        {
            "type": "rich_text_list",
            "style": "ordered",
            "offset": 2,
            "elements": [
                {"type": "rich_text_section", "elements": [{"type": "text", "text": "third"}]}
            ],
        },
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "code line"}]},
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "a quote"}]},
    ],
}
SERIES = [
    {"name": "API", "data": [{"label": "Mon", "value": 120}, {"label": "Tue", "value": 612}]},
    {"name": "Site", "data": [{"label": "Mon", "value": 90}, {"label": "Tue", "value": 95}]},
]
AXES = {"categories": ["Mon", "Tue"], "x_label": "Day", "y_label": "Milliseconds"}


def chart(kind: str) -> Json:
    return {
        "type": "data_visualization",
        "title": "Response time",
        "chart": {"type": kind, "series": SERIES, "axis_config": AXES},
    }


def cell(text: str) -> Json:
    return {"type": "raw_text", "text": text}


def card(title: str) -> Json:
    return {
        "type": "card",
        "title": plain(title),
        "subtitle": plain("Below"),
        "body": plain("Body words"),
        "hero_image": PICTURE,
        "actions": [{"type": "button", "text": plain("Open it"), "action_id": "open"}],
    }


def task(status: str) -> Json:
    return {"type": "task_card", "task_id": "1", "title": "Take a backup", "status": status}


# Block, and words that must be read in its drawing.
BLOCKS: dict[str, tuple[Json, tuple[str, ...]]] = {
    "section": (
        {"type": "section", "text": plain("Words"), "fields": [plain("Left"), plain("Right")]},
        ("Words", "Left", "Right"),
    ),
    "section accessory": (
        {"type": "section", "text": plain("Words"), "accessory": PICTURE},
        ("Words", 'alt="A graph"'),
    ),
    "header": ({"type": "header", "text": plain("Top")}, ("Top", 'role="heading"')),
    "context": (
        {"type": "context", "elements": [PICTURE, {"type": "mrkdwn", "text": "*strong*"}]},
        ('alt="A graph"', "<strong>strong</strong>"),
    ),
    "divider": ({"type": "divider"}, ("<hr",)),
    "image": ({**PICTURE, "title": plain("Title")}, ("Title", 'alt="A graph"', "a.png")),
    "rich_text": (
        RICH,
        ("<em><strong>bold words", "a link", "Ana Lima", "#ops", "@oncall", "@here", "🎉",
         'data-epoch="1700000000"', "#ff8800", 'start="3"', "<pre>code line", "<blockquote>"),
    ),
    "markdown": (
        {"type": "markdown", "text": "# Top\n**strong** and ~~gone~~\n\n|a|b|\n|-|-|\n|1|2|"},
        ("<h4>Top", "<strong>strong", "<s>gone", "<td>1</td>"),
    ),
    "table": (
        {
            "type": "table",
            "rows": [[cell("Check"), cell("Time")], [cell("API"), cell("112 ms")]],
            "column_settings": [{"align": "left"}, {"align": "right", "is_wrapped": False}],
        },
        ('<th scope="col"', "112 ms", "align-right nowrap"),
    ),
    "data_table": (
        {
            "type": "data_table",
            "caption": "Slowest pages",
            "page_size": 1,
            "rows": [
                [cell("Page"), cell("Time")],
                [cell("/"), {"type": "raw_number", "value": 12, "text": "12 ms"}],
                [cell("/browse"), {"type": "raw_number", "value": 99, "text": "99 ms"}],
            ],
        },
        ("<caption>Slowest pages", 'scope="row"', 'data-number="12"', "1 to 1 of 2 rows"),
    ),
    "chart line": (chart("line"), ("Response time", "API, Tue: 612", "Values as a table")),
    "chart bar": (chart("bar"), ("<rect", "Site, Mon: 90", "Milliseconds")),
    "chart area": (chart("area"), ('class="fill-0 area"', "Day")),
    "chart pie": (
        {
            "type": "data_visualization",
            "title": "Errors",
            "chart": {
                "type": "pie",
                "segments": [{"label": "4xx", "value": 30}, {"label": "5xx", "value": 10}],
            },
        },
        ("4xx: 30 (75.0 %)", "5xx: 10 (25.0 %)"),
    ),
    "file": ({"type": "file", "external_id": "E1", "source": "remote"}, ("E1",)),
    "video": (
        {
            "type": "video",
            "title": plain("How to"),
            "alt_text": "A film",
            "thumbnail_url": "https://pitchey.example/t.png",
            "video_url": "https://pitchey.example/v",
            "description": plain("In two minutes"),
        },
        ("How to", 'alt="A film"', "In two minutes"),
    ),
    "alert": (
        {"type": "alert", "level": "warning", "text": plain("Careful now")},
        ("Warning", "Careful now"),
    ),
    "container": (
        {
            "type": "container",
            "title": plain("Details"),
            "is_collapsible": True,
            "default_collapsed": True,
            "child_blocks": [{"type": "section", "text": plain("Inside")}],
        },
        ("<details", "Details", "Inside"),
    ),
    "card": (card("A card"), ("A card", "Below", "Body words", "Open it")),
    "carousel": ({"type": "carousel", "elements": [card("One"), card("Two")]}, ("One", "Two")),
    "task_card": (task("in_progress"), ("Running", "Take a backup")),
    "plan": ({"type": "plan", "title": "Plan", "tasks": [task("complete")]}, ("Plan", "Done")),
    "input": (
        {
            "type": "input",
            "block_id": "b",
            "label": plain("Reason"),
            "hint": plain("A hint"),
            "optional": True,
            "element": {"type": "plain_text_input", "action_id": "a"},
        },
        ("Reason", "A hint", "(optional)", "aria-labelledby"),
    ),
    "context_actions": (
        {
            "type": "context_actions",
            "elements": [
                {
                    "type": "feedback_buttons",
                    "action_id": "f",
                    "positive_button": {"text": plain("Good"), "value": "yes"},
                    "negative_button": {"text": plain("Bad"), "value": "no"},
                },
                {"type": "icon_button", "action_id": "i", "icon": "trash", "text": plain("Remove")},
            ],
        },
        ("Good", "Bad", 'data-value="no"', "Remove"),
    ),
}  # fmt: skip

# Element, and words that must be read in its drawing.
ELEMENTS: dict[str, tuple[Json, tuple[str, ...]]] = {
    "button": (
        {"type": "button", "text": plain("Roll back"), "style": "danger", "action_id": "a"},
        ("Roll back", "danger"),
    ),
    "button link": (
        {
            "type": "button",
            "text": plain("Docs"),
            "url": "https://pitchey.example",
            "action_id": "a",
        },
        ('data-open="https://pitchey.example"', "opens a new tab"),
    ),
    "workflow_button": (
        {"type": "workflow_button", "text": plain("Start"), "action_id": "a"},
        ("Start",),
    ),
    "overflow": (
        {"type": "overflow", "options": OPTIONS, "action_id": "a"},
        ("First choice", 'aria-haspopup="menu"'),
    ),
    "checkboxes": (
        {
            "type": "checkboxes",
            "options": OPTIONS,
            "initial_options": OPTIONS[:1],
            "action_id": "a",
        },
        ('type="checkbox"', 'value="1" checked', "Second choice"),
    ),
    "radio_buttons": (
        {"type": "radio_buttons", "options": OPTIONS, "action_id": "a"},
        ('type="radio"', "Second choice"),
    ),
    "datepicker": (
        {"type": "datepicker", "initial_date": "2026-11-23", "action_id": "a"},
        ('type="date"', 'value="2026-11-23"'),
    ),
    "timepicker": (
        {"type": "timepicker", "initial_time": "12:30", "action_id": "a"},
        ('type="time"', 'value="12:30"'),
    ),
    "datetimepicker": (
        {"type": "datetimepicker", "initial_date_time": 1700000000, "action_id": "a"},
        ('type="datetime-local"', 'data-epoch-value="1700000000"'),
    ),
    "plain_text_input": (
        {"type": "plain_text_input", "multiline": True, "initial_value": "text", "action_id": "a"},
        ("<textarea", "text</textarea>"),
    ),
    "email_text_input": ({"type": "email_text_input", "action_id": "a"}, ('type="email"',)),
    "url_text_input": ({"type": "url_text_input", "action_id": "a"}, ('type="url"',)),
    "number_input": (
        {"type": "number_input", "is_decimal_allowed": False, "action_id": "a"},
        ('inputmode="numeric"',),
    ),
    "rich_text_input": ({"type": "rich_text_input", "action_id": "a"}, ("<textarea",)),
    "file_input": ({"type": "file_input", "action_id": "a"}, ("Cannot take files",)),
    **{
        f"{many}static_select": (
            {"type": f"{many}static_select", "options": OPTIONS, "action_id": "a"},
            ("First choice", 'aria-haspopup="listbox"'),
        )
        for many in ("", "multi_")
    },
    **{
        f"{many}external_select": (
            {"type": f"{many}external_select", "min_query_length": 2, "action_id": "a"},
            ('data-asks="2"',),
        )
        for many in ("", "multi_")
    },
    **{
        f"{many}users_select": (
            {"type": f"{many}users_select", "action_id": "a"},
            ("Ana Lima", "Omar Haddad"),
        )
        for many in ("", "multi_")
    },
    **{
        f"{many}conversations_select": (
            {"type": f"{many}conversations_select", "action_id": "a"},
            ("Ana Lima", "#ops"),
        )
        for many in ("", "multi_")
    },
    **{
        f"{many}channels_select": (
            {"type": f"{many}channels_select", "action_id": "a"},
            ("#ops",),
        )
        for many in ("", "multi_")
    },
}
