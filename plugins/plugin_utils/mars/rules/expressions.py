# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""JMESPath expressions and texts over facts: compiled once, evaluated for every host."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

try:
    import jmespath
    from jmespath.exceptions import JMESPathError

    HAS_JMESPATH = True
except ImportError:
    HAS_JMESPATH = False

from ..locations import LOCATIONS
from .fact_path import Document, FactPath
from .functions import FUNCTION_ARGUMENTS, RuleFunctions
from .inventory import INVENTORY
from .reads import UnderivableError, reads
from .thresholds import THRESHOLDS


class ExpressionError(ValueError):
    """An expression that cannot work; the text says why."""


class Expression:
    """A compiled JMESPath expression; ExpressionError where it cannot work, ImportError without jmespath.

    :param wanted: the wanted values it may use as ``wanted.NAME``, beside ``threshold.NAME``, ``location.NAME`` and
        ``inventory.NAME``.
    :ivar facts: everything it reads of the facts, by itself and through wanted values.
    """

    def __init__(self, text: str, wanted: Mapping[str, Expression]) -> None:
        if not HAS_JMESPATH:
            raise ImportError("the Python library jmespath is missing on the controller: install it there")
        try:
            self._compiled = jmespath.compile(text)
        except JMESPathError as error:
            # jmespath draws a pointer under the expression on further lines
            raise ExpressionError(f"not a JMESPath expression: {str(error).splitlines()[0].rstrip(':')}") from error
        for name, count in _calls(self._compiled.parsed):
            if name not in FUNCTION_ARGUMENTS:
                known = ", ".join(sorted(FUNCTION_ARGUMENTS))
                raise ExpressionError(f"there is no function {name}(); there are {known}")
            if FUNCTION_ARGUMENTS[name] not in (None, count):
                raise ExpressionError(f"{name}() takes {FUNCTION_ARGUMENTS[name]} arguments, not {count}")
        self.facts = tuple(sorted(_facts(self._compiled.parsed, wanted)))
        self._options = jmespath.Options(custom_functions=RuleFunctions())

    def first_unread(self, document: Document) -> FactPath | None:
        """The first fact it reads that was not read from the host."""
        return next((fact for fact in self.facts if not document.has(fact)), None)

    def search(self, document: Mapping[str, Any]) -> Any:
        """What the expression gives over this document; None where it asks for something a value cannot do."""
        try:
            return self._compiled.search(document, options=self._options)
        except (JMESPathError, TypeError, ValueError, ArithmeticError, AttributeError):
            # jmespath's own functions refuse null and foreign types, some of them with a bare Python error
            return None


class Text:
    """Text with expressions in braces: ``{dotnet.version} is installed``."""

    def __init__(self, text: str, wanted: Mapping[str, Expression]) -> None:
        # Every second part is an expression
        parts = re.split(r"\{([^{}]*)\}", text)
        self._parts = [Expression(part, wanted) if index % 2 else part for index, part in enumerate(parts)]

    def render(self, document: Document) -> str:
        """The text over this document."""
        return "".join(part if isinstance(part, str) else _rendered(part, document) for part in self._parts)


def _calls(node: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Every function an expression calls, with the number of arguments."""
    if node["type"] == "function_expression":
        yield node["value"], len(node["children"])
    for child in node.get("children", ()):
        if isinstance(child, dict):
            yield from _calls(child)


def _facts(tree: Mapping[str, Any], wanted: Mapping[str, Expression]) -> Iterator[FactPath]:
    """Every fact an expression reads; ExpressionError for a threshold, location or wanted value that does not exist."""
    try:
        paths = reads(tree)
    except UnderivableError as error:
        raise ExpressionError(str(error)) from error
    names: dict[str, Mapping[str, Any]] = {
        "threshold": THRESHOLDS,
        "location": LOCATIONS,
        "inventory": INVENTORY,
        "wanted": wanted,
    }
    for path in paths:
        root, *steps = path.replace("[]", "").split(".")
        if root not in names:
            yield FactPath(path)
        elif not steps or steps[0] not in names[root]:
            known = ", ".join(names[root]) or "none"
            raise ExpressionError(f"there is no {'.'.join([root, *steps[:1]])}; the names after {root} are {known}")
        elif root == "wanted":
            yield from wanted[steps[0]].facts


def _rendered(expression: Expression, document: Document) -> str:
    return "unknown" if expression.first_unread(document) else _shown(expression.search(document))


def _shown(value: Any) -> str:
    """A value as people read it."""
    if value is None or value in ("", []):
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        # Rounded down, so that what falls short of a threshold never looks like it
        tenths = value * 10
        return f"{math.floor(tenths) / 10:.1f}".removesuffix(".0") if math.isfinite(tenths) else str(value)
    if isinstance(value, list):
        return ", ".join(_shown(item) for item in value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)
