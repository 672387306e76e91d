"""Names out of a parse tree, and what is told of a statement. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from handlers.migrations.result import Advice, Lock


@dataclass(frozen=True, slots=True)
class Told:
    """See `Statement` in `result`."""

    does: str
    locks: tuple[Lock, ...] = ()
    advice: tuple[Advice, ...] = ()
    bare: bool = False
    builds: str = ""


def relation(range_var: Any) -> str:
    """`schema.table`, or the table's name alone."""
    schema = f"{range_var.schemaname}." if range_var.schemaname else ""
    return f"{schema}{range_var.relname}"


def relation_name(node: Any, leaving: int = 0) -> str:
    """The dotted name that a list of strings or a single one is; without its last `leaving`."""
    parts = list(_strings(node))
    kept = parts[: len(parts) - leaving] or parts
    return ".".join(kept)


def column_of(name: str) -> str:
    return name or "a column"


def _strings(node: Any) -> Iterable[str]:
    if isinstance(node, str):
        yield node
        return
    kind = node.WhichOneof("node") if hasattr(node, "WhichOneof") and _is_node(node) else ""
    if kind == "string":
        yield node.string.sval
    elif kind == "list":
        for each in node.list.items:
            yield from _strings(each)
    elif kind == "type_name":
        yield from _names(node.type_name)
    elif kind == "object_with_args":
        for each in node.object_with_args.objname:
            yield from _strings(each)
    elif not kind:
        for each in _items(node):
            yield from _strings(each)


def _names(type_name: Any) -> Iterable[str]:
    for each in type_name.names:
        yield from _strings(each)


def _items(node: Any) -> Iterable[Any]:
    """The parts of a repeated field; of nothing else."""
    return node if hasattr(node, "__len__") else ()


def _is_node(node: Any) -> bool:
    return bool(node.DESCRIPTOR.name == "Node")
