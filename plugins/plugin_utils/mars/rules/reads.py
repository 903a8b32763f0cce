# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Which facts a JMESPath expression reads, derived from its syntax tree.

Nobody has to list them, so nobody can forget one: a comparison with a fact that was not read may well give a result,
which would then be a claim about the host.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Node = Mapping[str, Any]
# Paths of the facts that a value may be, such as ``agent.version``; ``tasks[].enabled`` is that of every task
Paths = frozenset[str]

# These hand on their arguments or the items of those, where others give something new
_HANDING_ON = frozenset({"max_by", "min_by", "not_null", "reverse", "sort", "sort_by", "to_array"})
_HIDDEN = "the facts it reads cannot be derived"


class UnderivableError(ValueError):
    """An expression whose reads its syntax tree does not show; the text says why, without a full stop."""


def reads(tree: Node) -> Paths:
    """The paths of all facts that the expression with this syntax tree (``jmespath.compile(...).parsed``) reads.

    Raises :class:`UnderivableError` where the tree does not show them.
    """
    derivation = _Derivation()
    derivation.consume(tree, frozenset({""}))
    if "" in derivation.read:
        raise UnderivableError(f"{_HIDDEN}: @ stands for all of them")
    return frozenset(derivation.read)


class _Derivation:
    """One walk through a syntax tree. ``read`` collects what is looked at on the way."""

    def __init__(self) -> None:
        self.read: set[str] = set()

    def consume(self, node: Node, context: Paths | None) -> None:
        """Walk through a node whose value is looked at; ``context`` has the facts the node may be evaluated on."""
        self.read |= self._value(node, context) or frozenset()

    def _value(self, node: Node, context: Paths | None) -> Paths | None:
        """The facts that the value of a node may be; None if it is something new, made of them."""
        kind, children = node["type"], node["children"]
        match kind:
            case "field":
                if context is None:
                    raise UnderivableError(
                        f"{_HIDDEN}: {node['value']} is looked up in the result of an operator or function"
                    )
                return frozenset(f"{path}.{node['value']}".lstrip(".") for path in context)
            case "identity" | "current":
                return context
            case "literal":
                return frozenset()
            case "index" | "slice":
                return _items(context)
            case "flatten":
                return self._value(children[0], context)
            case "subexpression" | "pipe" | "index_expression":
                value = context
                for child in children:
                    value = self._value(child, value)
                return value
            case "projection":
                return self._value(children[1], _items(self._value(children[0], context)))
            case "filter_projection":
                items = _items(self._value(children[0], context))
                self.consume(children[2], items)
                return self._value(children[1], items)
            case "or_expression":
                return self._one_of(self._value(child, context) for child in children)
            case "function_expression":
                return self._function(node, context)
            case "value_projection":
                raise UnderivableError(f"{_HIDDEN}: * stands for every name")
        # Comparisons, "and", "not", new lists and new objects
        for child in children:
            self.consume(child, context)
        return None

    def _function(self, node: Node, context: Paths | None) -> Paths | None:
        expressions = [child["children"][0] for child in node["children"] if child["type"] == "expref"]
        arguments = [child for child in node["children"] if child["type"] != "expref"]
        value = self._one_of([self._value(argument, context) for argument in arguments])
        for expression in expressions:
            self.consume(expression, _items(value))
        return value if node["value"] in _HANDING_ON else None

    def _one_of(self, values: Iterable[Paths | None]) -> Paths | None:
        """The facts of all these values; they count as read, since which of them it is shows by looking."""
        together: Paths | None = frozenset()
        for value in values:
            self.read |= value or frozenset()
            together = None if value is None or together is None else together | value
        return together


def _items(paths: Paths | None) -> Paths | None:
    return None if paths is None else frozenset(f"{path}[]" for path in paths)
