# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""What a rule is: one prerequisite as data, read from the catalogue or from a user's file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from .expressions import Expression, Text


class Status(StrEnum):
    """What a rule can find, and what people decide about it."""

    COMPLIANT = "compliant"
    NONCOMPLIANT = "noncompliant"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"
    IMPOSSIBLE = "impossible"
    ATTESTED = "attested"
    WAIVED = "waived"


class Severity(StrEnum):
    """How much a finding weighs: only errors make a host noncompliant."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Requirement:
    """A condition many rules have in common, without which they do not apply.

    :ivar otherwise: what was found where the condition is false.
    :ivar unclear: what was found where it is neither true nor false, and ``fix`` how that ends; both or none.
    """

    condition: Expression
    otherwise: Text
    unclear: Text | None
    fix: Text | None


@dataclass(frozen=True)
class Case:
    """What to say instead in a special case; fields not in ``texts`` and an unset role stay those of the rule."""

    status: Status | None
    when: Expression | None
    texts: Mapping[str, Text]
    role: str | None
    sets_role: bool


@dataclass(frozen=True)
class Rule:
    """One prerequisite. Conditions hold only where they give true, and fail only where they give false.

    :ivar group: the column of the table its findings are shown in.
    :ivar unknown_if: where a host that seems to meet ``expect`` is unknown nevertheless.
    :ivar advise: where it is false, a host that meets ``expect`` gets a warning.
    :ivar impossible: where it is true, the Windows of a host that does not meet ``expect`` never can.
    :ivar wanted: what the role is to bring about, computed over the facts of the host.
    :ivar texts: expected, actual, why, fix and, if there is one, no_role.
    """

    id: str
    title: str
    group: str
    severity: Severity
    requires: tuple[Requirement, ...]
    applies: tuple[Expression, ...]
    expect: Expression
    unknown_if: Expression | None
    advise: Expression | None
    impossible: Expression | None
    wanted: Mapping[str, Expression]
    texts: Mapping[str, Text]
    role: str | None
    cases: tuple[Case, ...]
    source: str | None

    @property
    def roles(self) -> list[str]:
        """Every role that can fix what the rule finds."""
        return [role for role in dict.fromkeys([self.role, *(case.role for case in self.cases)]) if role]
