"""Where a library and the validator differ, and why the validator stays as it is.

An entry is (judge, what the library says as a pattern, reason). Everything a library
objects to that is not listed here, the validator refuses too.
"""

from __future__ import annotations

import re

LISTED: tuple[tuple[str, str, str], ...] = (
    (
        "blockkit",
        r"'text': Only plain_text is allowed",
        "a confirm dialog's text may be mrkdwn: slack_sdk's ConfirmObject sends it by default",
    ),
    (
        "blockkit",
        r"'initial_option' has items that aren't present in the 'option_groups'",
        "blockkit looks for the option among the groups, not among the options of the groups",
    ),
    (
        "blockkit",
        r"'column_settings': Expected type 'ColumnSettings', got 'NoneType'",
        "null leaves a column as it is: slack_sdk types each of column_settings as optional",
    ),
    (
        "blockkit",
        r"'elements': Expected types 'Button'",
        "actions hold a datetimepicker and a rich_text_input (@slack/types, ActionsBlockElement)",
    ),
    (
        "blockkit",
        r"'trigger_actions_on': Value is required",
        "documented as optional",
    ),
    (
        "blockkit",
        r"'min_query_length': Value must be between",
        "0 asks before anything is typed; slackblocks' registry of limits has 0 as the least",
    ),
    (
        "blockkit",
        r"Value must be between \d+ and 999999",
        "the upper bound is blockkit's default, not a documented one",
    ),
    (
        "blockkit",
        r"'initial_value': Length must be between",
        "an empty initial value is taken, and 74 characters of an address are not documented",
    ),
    (
        "blockkit",
        r"'alt_text': Length must be between",
        "2,000 characters are documented; 255 is an older number",
    ),
    (
        "blockkit",
        r"'id': Length must be between",
        "no length of a file's id is documented",
    ),
    (
        "blockkit",
        r"'(name|value)': Length must be between 1 and 3000",
        "no length of a workflow's input is documented",
    ),
    (
        "blockkit",
        r"'customizable_input_parameters': Length must be between",
        "no number of a workflow's inputs is documented",
    ),
    (
        "blockkit",
        r"'filetypes': Expected values",
        "any file extension is documented as valid; blockkit has a fixed list",
    ),
    (
        "slackblocks",
        r"Slack file `(id|url)`",
        "the form of file ids and URLs is not documented, and the sandbox has short ones",
    ),
)


def is_listed(judge: str, objection: str) -> bool:
    return any(who == judge and re.search(what, objection) for who, what, _ in LISTED)
