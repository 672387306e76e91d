"""What a check found, in the two forms Slack answers with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

FAILED_CONSTRAINT = "failed_constraint"


@dataclass(frozen=True)
class Violation:
    """One refusal, as an entry of `errors` in the answer of Slack's `blocks.validate`.

    `pointer` is a JSON pointer into the checked document; `constraint` says what was
    expected, for example `{"type": "enum", "expected": ["plain_text", "mrkdwn"]}`.
    Source: docs.slack.dev, reference/methods/blocks.validate.
    """

    code: str
    message: str
    pointer: str
    constraint: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "message": self.message,
            "pointer": self.pointer,
            "constraint": dict(self.constraint),
        }


def error_strings(violations: Iterable[Violation], within: str = "") -> list[str]:
    """The `errors` of a refused chat.postMessage: message and pointer.

    `within` goes before every pointer: views.open answers "/view/blocks/0/text", so a
    view's violations are told with `within="/view"`.
    """
    return [f"{found.message} [json-pointer:{within}{found.pointer}]" for found in violations]


def response_messages(violations: Iterable[Violation], within: str = "") -> list[str]:
    """The strings of `response_metadata.messages`, each beginning with `[ERROR]`."""
    return [f"[ERROR] {told}" for told in error_strings(violations, within)]
