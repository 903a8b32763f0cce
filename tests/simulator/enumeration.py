# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enumeration contexts: pages as Windows cuts them, a new context on every page (MS-WSMV 3.1.4.1.5ff)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.simulator import faults
from tests.simulator.faults import WSManFault
from tests.simulator.soap import Request, new_id, q, schema_violation

WQL_DIALECT = "http://schemas.microsoft.com/wbem/wsman/1/WQL"
_PAGE_ITEMS = 50
_PAGE_OCTETS = 76800  # recorded pages end just below, whatever the client allows
_ENVELOPE_OVERHEAD = 2000  # octets of an answer around its items
_MODES = ("EnumerateObject", "EnumerateEPR", "EnumerateObjectAndEPR")


@dataclass(frozen=True)
class Enumerate:
    """What the body of an Enumerate request asks for."""

    query: str | None
    optimized: bool
    mode: str
    maximum: int


def parse_enumerate(request: Request) -> Enumerate:
    """Read ``n:Enumerate``; only what WinRM knows is accepted."""
    body = request.content("n:Enumerate")
    query: str | None = None
    mode = "EnumerateObject"
    maximum = 1
    known = {q("w:OptimizeEnumeration"), q("w:MaxElements"), q("w:Filter"), q("w:EnumerationMode"), q("n:Expires")}
    for child in body:
        if child.tag not in known or len(child):
            raise schema_violation(f"{child.tag} is not expected in n:Enumerate.")
        if child.tag == q("w:Filter"):
            if child.get("Dialect") != WQL_DIALECT:
                text = "The filter dialect was not supported for this resource. "
                raise WSManFault(
                    faults.FILTER_DIALECT_REQUESTED_UNAVAILABLE, "n:FilterDialectRequestedUnavailable", text
                )
            query = child.text or ""
        elif child.tag == q("w:MaxElements"):
            maximum = _positive(child.text)
        elif child.tag == q("w:EnumerationMode"):
            mode = (child.text or "").strip()
    if mode not in _MODES:
        text = "The WS-Management service does not support the specified enumeration mode. "
        raise WSManFault(faults.ENUMERATION_MODE_UNSUPPORTED, "w:UnsupportedFeature", text)
    return Enumerate(query, body.find(q("w:OptimizeEnumeration")) is not None, mode, maximum)


def _positive(text: str | None) -> int:
    stripped = (text or "").strip()
    if not stripped.isascii() or not stripped.isdigit() or int(stripped) < 1:
        raise schema_violation("MaxElements must be a positive number.")
    return int(stripped)


@dataclass
class _Pending:
    items: list[Callable[[], str]]
    position: int = 0


@dataclass
class Enumerations:
    """The open enumerations of one host."""

    _pending: dict[str, _Pending] = field(default_factory=dict)

    def open(self, items: list[Callable[[], str]], wanted: Enumerate, request: Request) -> str:
        """The ``n:EnumerateResponse``: the first item when optimized, as recorded servers do, else a context only."""
        pending = _Pending(items)
        if not wanted.optimized:
            context = self._store(pending)
            return f"<n:EnumerateResponse><n:EnumerationContext>{context}</n:EnumerationContext></n:EnumerateResponse>"
        page = self._page(pending, 1, request)
        done = pending.position == len(items)
        context = (
            "<n:EnumerationContext/>"
            if done
            else f"<n:EnumerationContext>{self._store(pending)}</n:EnumerationContext>"
        )
        end = "<w:EndOfSequence/>" if done else ""
        return f"<n:EnumerateResponse>{context}<w:Items>{page}</w:Items>{end}</n:EnumerateResponse>"

    def pull(self, request: Request) -> str:
        """The ``n:PullResponse`` with the next page."""
        body = request.content("n:Pull")
        known = [q("n:EnumerationContext"), q("n:MaxTime"), q("n:MaxElements"), q("n:MaxCharacters")]
        tags = [child.tag for child in body]
        if any(tag not in known for tag in tags) or tags != sorted(set(tags), key=known.index):
            raise schema_violation(
                "n:Pull takes EnumerationContext, MaxTime, MaxElements and MaxCharacters in this order."
            )
        pending = self._take(body.findtext(q("n:EnumerationContext")))
        limit = body.find(q("n:MaxElements"))
        maximum = _positive(limit.text) if limit is not None else 1
        page = self._page(pending, min(maximum, _PAGE_ITEMS), request)
        if pending.position == len(pending.items):
            return f"<n:PullResponse><n:Items>{page}</n:Items><n:EndOfSequence/></n:PullResponse>"
        context = f"<n:EnumerationContext>{self._store(pending)}</n:EnumerationContext>"
        return f"<n:PullResponse>{context}<n:Items>{page}</n:Items></n:PullResponse>"

    def release(self, request: Request) -> None:
        """End an enumeration."""
        self._take(request.content("n:Release").findtext(q("n:EnumerationContext")))

    def clear(self) -> None:
        """Forget all enumerations: the service restarts."""
        self._pending.clear()

    def _store(self, pending: _Pending) -> str:
        context = f"uuid:{new_id()}"
        self._pending[context] = pending
        return context

    def _take(self, context: str | None) -> _Pending:
        pending = self._pending.pop((context or "").strip(), None)
        if pending is None:
            text = "The WS-Enumeration context in the enumeration is not valid. Start a new enumeration. "
            raise WSManFault(
                faults.INVALID_ENUMERATION_CONTEXT, "n:InvalidEnumerationContext", text, value="s:Receiver"
            )
        return pending

    def _page(self, pending: _Pending, maximum: int, request: Request) -> str:
        room = min(request.envelope_size - _ENVELOPE_OVERHEAD, _PAGE_OCTETS)
        page: list[str] = []
        for build in pending.items[pending.position : pending.position + maximum]:
            item = build()
            size = len(item.encode())
            room -= size
            if size > request.envelope_size - _ENVELOPE_OVERHEAD:
                text = "The response that the WS-Management service computed exceeds the maximum envelope size. "
                raise WSManFault(faults.MAX_ENVELOPE_SIZE_EXCEEDED, "w:EncodingLimit", text)
            if room < 0 and page:
                break
            page.append(item)
        pending.position += len(page)
        return "".join(page)
