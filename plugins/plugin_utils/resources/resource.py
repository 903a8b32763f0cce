# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a desired-state module manages: something on a host that has a state."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Generic, TypeVar

S = TypeVar("S")


class Resource(ABC, Generic[S]):
    """Something on a host, and what its state should be.

    A state is a value that can be compared. The methods share nothing but the states they are given: what check mode
    shows is what :meth:`apply` does, and a state can come from another object for the same resource.
    """

    @abstractmethod
    def read(self) -> S:
        """The state on the host."""

    @abstractmethod
    def desired(self, current: S) -> S:
        """The state to change to, equal to ``current`` if there is nothing to change.

        Raises :class:`CimError` if the change is impossible or not safe. May read from the host, changes nothing there.
        """

    @abstractmethod
    def apply(self, current: S, desired: S) -> None:
        """Change the host from one state to the other, by what differs between the two."""

    def show(self, state: S) -> Any:
        """The state as plain data for the user: the same keys whatever the state."""
        return state
