"""Reading a GraphQL document: its operation, selected fields, names and arguments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLError, parse
from graphql.language import FieldNode, OperationDefinitionNode, ValueNode, VariableNode
from graphql.utilities import value_from_ast_untyped


def operation(query: str) -> OperationDefinitionNode:
    for definition in parse(query).definitions:
        if isinstance(definition, OperationDefinitionNode):
            return definition
    raise GraphQLError("no operation in this document")


def fields(node: Any) -> list[FieldNode]:
    chosen = node.selection_set.selections if node.selection_set else ()
    return [field for field in chosen if isinstance(field, FieldNode)]


def key(node: FieldNode) -> str:
    return node.alias.value if node.alias else node.name.value


def expect(node: FieldNode, known: set[str]) -> None:
    if node.name.value not in known:
        raise GraphQLError(f'unknown field "{node.name.value}"')


def arguments(node: FieldNode, variables: Mapping[str, Any]) -> dict[str, Any]:
    return {
        argument.name.value: _value(argument.value, variables) for argument in node.arguments or ()
    }


def _value(node: ValueNode, variables: Mapping[str, Any]) -> Any:
    if isinstance(node, VariableNode):
        return variables.get(node.name.value)
    return value_from_ast_untyped(node, dict(variables))
