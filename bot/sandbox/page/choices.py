"""What a select offers and what is chosen in it, for every kind of select Slack has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bot.sandbox.page.directory import Directory
from bot.sandbox.page.drawing_text import plain_words

SELECTS = frozenset(
    f"{many}{kind}_select"
    for many in ("", "multi_")
    for kind in ("static", "external", "users", "conversations", "channels")
)


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    description: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Chooser:
    """`asks` is true where the app is asked for options while the person types."""

    choices: tuple[dict[str, str], ...]
    chosen: tuple[dict[str, str], ...]
    many: bool
    most: int  # 0: any number
    asks: bool
    at_least: int = 0  # characters to type before the app is asked


def chooser_of(element: Mapping[str, Any], directory: Directory) -> Chooser:
    kind = str(element["type"])
    many = kind.startswith("multi_")
    offered = tuple(_offered(kind.removeprefix("multi_"), element, directory))
    by_value = {choice.value: choice for choice in offered}
    asks = "external" in kind
    chosen = [by_value.get(choice.value, choice) for choice in _initial(element) if choice.value]
    return Chooser(
        tuple(asdict(choice) for choice in offered),
        tuple(asdict(choice) for choice in chosen),
        many,
        int(element.get("max_selected_items", 0)),
        asks,
        int(element.get("min_query_length", 3)) if asks else 0,
    )


def choices_of(options: Iterable[Mapping[str, Any]], group: str = "") -> Iterable[Choice]:
    """Options as Slack writes them."""
    for option in options:
        yield Choice(
            str(option.get("value", "")),
            plain_words(option.get("text")),
            plain_words(option.get("description")),
            group,
        )


def _offered(kind: str, element: Mapping[str, Any], directory: Directory) -> Iterable[Choice]:
    if kind == "static_select":
        yield from choices_of(element.get("options") or ())
        for group in element.get("option_groups") or ():
            yield from choices_of(group.get("options", ()), plain_words(group.get("label")))
    if kind in ("users_select", "conversations_select"):
        for person in directory.people.values():
            if not person.deleted and person.id != "USLACKBOT":
                yield Choice(person.id, person.real_name, person.title)
    if kind in ("channels_select", "conversations_select"):
        for id_, name in directory.channels.items():
            if name:
                yield Choice(id_, f"#{name}")


def _initial(element: Mapping[str, Any]) -> list[Choice]:
    options = list(element.get("initial_options") or ())
    if element.get("initial_option"):
        options.append(element["initial_option"])
    ids: list[str] = []
    for name in ("user", "conversation", "channel"):
        ids += element.get(f"initial_{name}s") or ()
        if element.get(f"initial_{name}"):
            ids.append(element[f"initial_{name}"])
    return [*choices_of(options), *(Choice(id_, id_) for id_ in ids)]
