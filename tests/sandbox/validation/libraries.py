"""Three libraries as judges of a block's JSON: slack_sdk, blockkit and slackblocks.

None of them is strict by itself; a judge answers what its library objects to, or nothing.
"""

from __future__ import annotations

import inspect
from typing import Any

import slackblocks
from blockkit import core
from blockkit.core import Component, ComponentValidationError, FieldValidationError
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

JSON = dict[str, Any]

_BY_TYPE: dict[str, type[Component]] = {
    "actions": core.Actions,
    "broadcast": core.RichBroadcastEl,
    "button": core.Button,
    "channel": core.RichChannelEl,
    "channels_select": core.ChannelsSelect,
    "checkboxes": core.Checkboxes,
    "color": core.RichColorEl,
    "context": core.Context,
    "conversations_select": core.ConversationsSelect,
    "date": core.RichDateEl,
    "datepicker": core.DatePicker,
    "datetimepicker": core.DatetimePicker,
    "divider": core.Divider,
    "email_text_input": core.EmailInput,
    "emoji": core.RichEmojiEl,
    "external_select": core.ExternalSelect,
    "file_input": core.FileInput,
    "header": core.Header,
    "input": core.Input,
    "link": core.RichLinkEl,
    "markdown": core.Markdown,
    "mrkdwn": core.Text,
    "multi_channels_select": core.MultiChannelsSelect,
    "multi_conversations_select": core.MultiConversationsSelect,
    "multi_external_select": core.MultiExternalSelect,
    "multi_static_select": core.MultiStaticSelect,
    "multi_users_select": core.MultiUsersSelect,
    "number_input": core.NumberInput,
    "overflow": core.Overflow,
    "plain_text": core.Text,
    "plain_text_input": core.PlainTextInput,
    "radio_buttons": core.RadioButtons,
    "raw_text": core.RawText,
    "rich_text": core.RichText,
    "rich_text_input": core.RichTextInput,
    "rich_text_list": core.RichTextList,
    "rich_text_preformatted": core.RichTextPreformatted,
    "rich_text_quote": core.RichTextQuote,
    "rich_text_section": core.RichTextSection,
    "section": core.Section,
    "static_select": core.StaticSelect,
    "table": core.Table,
    "text": core.RichTextEl,
    "timepicker": core.TimePicker,
    "url_text_input": core.UrlInput,
    "user": core.RichUserEl,
    "usergroup": core.RichUserGroupEl,
    "users_select": core.UsersSelect,
    "video": core.Video,
    "workflow_button": core.WorkflowButton,
}
_BY_FIELD: dict[str, type[Component]] = {
    "confirm": core.Confirm,
    "filter": core.ConversationFilter,
    "dispatch_action_config": core.DispatchActionConfig,
    "style": core.RichStyle,
    "slack_file": core.SlackFile,
    "workflow": core.Workflow,
    "trigger": core.Trigger,
    "options": core.Option,
    "initial_option": core.Option,
    "initial_options": core.Option,
    "option_groups": core.OptionGroup,
    "column_settings": core.ColumnSettings,
    "customizable_input_parameters": core.InputParameter,
}
_KEPT_TYPE = {"plain_text", "mrkdwn"}
_NUMBERS = {"initial_value", "min_value", "max_value"}


class NoSuchShape(Exception):
    """The library has no class for it, so its silence says nothing."""


def _component(value: Any, field: str = "", holder: str = "") -> Any:
    if isinstance(value, list):
        return [_component(item, field, holder) for item in value]
    if not isinstance(value, dict):
        if holder == "number_input" and field in _NUMBERS and isinstance(value, str):
            return float(value) if "." in value else int(value)  # blockkit writes the string
        return value
    kind = value.get("type")
    if kind == "image":
        shape = core.Image if not field else core.ImageEl
    elif isinstance(kind, str):
        if kind not in _BY_TYPE:
            raise NoSuchShape(kind)
        shape = _BY_TYPE[kind]
    elif field in _BY_FIELD:
        shape = _BY_FIELD[field]
    else:
        raise NoSuchShape(field)
    fields = {
        name: _component(inner, name, str(kind))
        for name, inner in value.items()
        if name != "type" or kind in _KEPT_TYPE
    }
    unknown = set(fields) - set(inspect.signature(shape.__init__).parameters)
    if unknown:
        raise NoSuchShape(f"{kind} {unknown}")
    return shape(**fields)


def blockkit_objects(block: JSON) -> str:
    """blockkit has no parser: the document is rebuilt with its constructors."""
    try:
        _component(block).build()
    except (FieldValidationError, ComponentValidationError) as objection:
        return str(objection) or type(objection).__name__
    except NoSuchShape:
        return ""
    return ""


def slack_sdk_objects(block: JSON) -> str:
    try:
        parsed = Block.parse(block)
        if parsed is not None:
            parsed.to_dict()
    except SlackObjectFormationError as objection:
        return str(objection) or "refused"
    return ""


def slackblocks_objects(block: JSON) -> str:
    try:
        slackblocks.Block.from_dict(block)
    except slackblocks.InvalidUsageError as objection:
        return str(objection) or "refused"
    except NotImplementedError:
        return ""
    return ""


JUDGES = {
    "slack_sdk": slack_sdk_objects,
    "blockkit": blockkit_objects,
    "slackblocks": slackblocks_objects,
}
