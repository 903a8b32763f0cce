# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""The base class of what desired-state modules manage."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Generic, TypeVar

from ..windows.errors import CimError

S = TypeVar("S")


class ChangeUndone(CimError):
    """A change failed and was undone as far as possible; the message describes what is in effect."""


class Resource(ABC, Generic[S]):
    """Something on a host that has a state, and the state it should have.

    A state is a value that can be compared. The methods share nothing but the states that they are given, so what check
    mode shows is what :meth:`apply` does.
    """

    @abstractmethod
    def read(self) -> S:
        """Return the state on the host."""

    @abstractmethod
    def desired(self, current: S) -> S:
        """Return the state to change to, equal to ``current`` if there is nothing to change.

        Changes nothing on the host, but may read from it. Raises :class:`CimError` if the change is not possible or not
        safe.
        """

    @abstractmethod
    def apply(self, current: S, desired: S) -> None:
        """Change on the host what differs between the two states."""

    def warnings(self, before: S, after: S) -> list[str]:
        """Return what a change did beside what was wanted, by the states before and after it."""
        return []

    def show(self, state: S) -> Any:
        """Return a state as plain data for the user, with the same keys for every state."""
        return state
