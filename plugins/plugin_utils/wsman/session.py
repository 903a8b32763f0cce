# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""A WS-Management session with one host: CIM operations and cmd.exe commands over any transport for envelopes."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar
from xml.etree.ElementTree import Element, SubElement

from . import envelope
from . import namespaces as ns
from .errors import (
    AuthenticationRejected,
    CommandLost,
    ConnectionLost,
    Fault,
    LimitExceeded,
    NoService,
    OutcomeUnknown,
    ProtocolError,
    ShellGone,
    StaleContext,
    TimedOut,
    TimeIsUp,
    Unanswered,
    Unreachable,
    WSManError,
)
from .shell import Result, Shell, program
from .values import CimPath, Instance, Value, append_value, sendable, string

T = TypeVar("T")

# Seconds between the tries of one operation; there are as many repetitions as pauses.
PAUSES = (0.5, 1.0, 2.0)
# The maximum of elements per page. Windows sends fewer: one on the first page, about fifty on each of the others.
PAGE_SIZE = 32000
# The most that one enumeration may bring, in items and pages, and last, in seconds. The largest ones that Windows
# answers here are its tasks and services: some hundreds of items, in a second.
MAX_ITEMS = 100_000
MAX_PAGES = 5_000
MAX_ENUMERATION_SECONDS = 300.0
_FROM = re.compile(r"\bFROM\s+(\w+)", re.IGNORECASE)


class Transport(Protocol):
    """Sends envelopes to one host. Raises the errors of this package, never those of the library it uses."""

    operation_timeout: int

    def send(self, message: bytes) -> bytes:
        """Post one envelope and return the answer, which may be a SOAP fault."""

    def reset(self) -> None:
        """Drop the TCP connection and its security context; the next :meth:`send` creates new ones."""


TransportT = TypeVar("TransportT", bound=Transport)


@dataclass(frozen=True)
class Identity:
    """What a WS-Management service reports about itself."""

    product_vendor: str
    product_version: str
    protocol_version: str


class Session:
    """Operations on one host, one after the other.

    A request whose connection breaks before its answer may or may not have had its effect; the same goes for one whose
    answer cannot be understood, or is that the operation took too long. It is sent again, with pauses, if it is
    *repeatable*: it only reads, or having its effect twice does no harm. If no repetition gets an answer either, that
    is :class:`Unreachable`, and whoever requested a change does not know whether it was made. Other requests are sent
    once and raise :class:`OutcomeUnknown`. Only requests that the host has not got, or reports not to have processed
    (quota reached, security context stale, shell deleted), are sent again in any case.

    :param clock: returns seconds, for limits of time.
    :param log: called with one line for each request. The line names the operation, the class, method or program, and
        the result. It contains no values that were sent or received, since these may be secret.
    """

    def __init__(
        self,
        transport: Transport,
        sleep: Callable[[float], None] = time.sleep,
        log: Callable[[str], object] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._transport = transport
        self._sleep = sleep
        self._log = log
        self._clock = clock
        self._subject = ""
        self._answered = False
        self._shell: Shell | None = None
        # Those that a broken connection has left on the host
        self._lost_shells: list[Shell] = []
        self._seconds = self._deadline = math.inf
        self._listener: Callable[[bytes, bytes], object] | None = None

    def allow(self, seconds: float) -> None:
        """Let requests raise :class:`TimeIsUp` from so many seconds on.

        This is for tasks that only read: a change would be left half done. Shells are still deleted.
        """
        self._seconds = seconds
        self._deadline = self._clock() + seconds

    def route(self, through: Callable[[Transport], TransportT]) -> TransportT:
        """Send all messages from now on through another transport, which is made of the present one and returned."""
        transport = through(self._transport)
        self._transport = transport
        return transport

    def listen(self, listener: Callable[[bytes, bytes], object]) -> None:
        """Call a function with each message that gets an answer from now on, and with that answer."""
        self._listener = listener

    def identify(self) -> Identity:
        """Return the version of the service; requires no resource and no permission other than to authenticate."""
        message = envelope.identify()
        body = self._repeat("Identify", "", lambda: self._send("Identify", "", message, None), repeatable=True)
        answer = Instance(_only_child(body, "IdentifyResponse"))
        versions = (answer.read(name, string) or "" for name in ("ProductVendor", "ProductVersion", "ProtocolVersion"))
        return Identity(*versions)

    def get(self, path: CimPath) -> Instance:
        """Return the instance at a path; the path of a singleton has no keys."""

        def get() -> Instance:
            instance = Instance(_only_child(self._transfer("Get", path)))
            # Windows answers with an instance of the class itself or of a derived one, such as those of CIM_DataFile.
            derived = path.class_name.startswith("CIM_")
            if not derived and instance.class_name.lower() != path.class_name.lower():
                raise ProtocolError(f"the host's answer is not an instance of {path.class_name}")
            return instance

        return self._repeat("Get", path.class_name, get, repeatable=True)

    def configuration(self) -> Instance:
        """Return the configuration of the WinRM service ([MS-WSMV] 3.1.4.1.29); only administrators may read it."""

        def get() -> Instance:
            return Instance(_only_child(self._request(f"{ns.TRANSFER}/Get", ns.CONFIG), "Config"))

        return self._repeat("Get", "config", get, repeatable=True)

    def query(self, namespace: str, wql: str) -> list[Instance]:
        """Return all results of a WQL query, from however many pages."""
        body = Element(f"{{{ns.WSMAN}}}Filter", Dialect=ns.WQL)
        body.text = sendable(wql)
        uri = f"{ns.WMI}{namespace}/*"
        return self._repeat("Enumerate", _queried_class(wql), lambda: self._enumerate(uri, body), repeatable=True)

    def enumerate(self, path: CimPath) -> list[Instance]:
        """Return all instances of a class and its subclasses."""
        return self._repeat("Enumerate", path.class_name, lambda: self._enumerate(path.uri, None), repeatable=True)

    def put(self, path: CimPath, properties: Mapping[str, Value], *, repeatable: bool = False) -> None:
        """Change the given properties of an instance; its other properties stay as they are."""
        body = _class_element(path, path.class_name, {**path.keys, **properties})
        self._repeat("Put", path.class_name, lambda: self._transfer("Put", path, body), repeatable=repeatable)

    def delete(self, path: CimPath, *, repeatable: bool = False) -> None:
        """Delete the instance at a path. A repetition may find nothing to delete."""
        self._repeat("Delete", path.class_name, lambda: self._transfer("Delete", path), repeatable=repeatable)

    def invoke(
        self, path: CimPath, method: str, parameters: Mapping[str, Value], *, repeatable: bool = False
    ) -> Instance:
        """Call a method, static if ``path`` has no keys, and return its out parameters and ReturnValue.

        Most methods report failure in ReturnValue, which the caller checks.
        """
        body = _class_element(path, f"{method}_INPUT", parameters)

        def invoke() -> Instance:
            answer = self._request(f"{path.uri}/{method}", path.uri, body, path.keys)
            # Windows names the answer after the method, OMI after the class.
            return Instance(_only_child(answer, f"{method}_OUTPUT", f"{path.class_name}_OUTPUT"))

        return self._repeat("Invoke", f"{path.class_name}.{method}", invoke, repeatable=repeatable)

    def run(self, command: str, stdin: str | None = None, *, repeatable: bool = False, timeout: float = 60) -> Result:
        """Run a command line in cmd.exe and wait at most ``timeout`` seconds for its end.

        All commands of a session share one shell, which the first opens and :meth:`close_shell` closes. If the host has
        deleted it meanwhile, since it was idle for too long, the command is run in another one.
        """

        def run() -> Result:
            if self._shell is not None:
                try:
                    return self._shell.run(command, stdin, timeout)
                except ShellGone:
                    self._shell = None
            self._shell = self._open_shell()
            return self._shell.run(command, stdin, timeout)

        return self._repeat("the command", program(command), run, repeatable=repeatable)

    def close_shell(self) -> None:
        """Close the shell, if one is open: before a long wait, since an idle one counts among those of the user."""
        self._lose_shell()
        self._delete_lost_shells()

    def close(self) -> None:
        """Close the shell, if one was opened, and the connection."""
        self.close_shell()
        self._delete_lost_shells()  # what the connection could not delete, by another one
        self._transport.reset()

    def abandon(self) -> None:
        """Drop the connection without another word to the host; its shells end with their idle timeout."""
        self._shell = None
        self._lost_shells.clear()
        self._transport.reset()

    def _drop_connection(self) -> None:
        self._lose_shell()
        self._transport.reset()

    def _lose_shell(self) -> None:
        if self._shell is not None:
            self._lost_shells.append(self._shell)
            self._shell = None

    def _delete_lost_shells(self) -> None:
        """Delete what counts among the shells of the user, together with what still runs in it.

        What runs there is going to be repeated, or its outcome is unknown already. What has to go on is run by the task
        scheduler. A shell that stays ends with its idle timeout.
        """
        lost, self._lost_shells = self._lost_shells, []
        deadline, self._deadline = self._deadline, math.inf  # a task whose time is over leaves no shell either
        for shell in lost:
            try:
                shell.close()
            except (Fault, TimedOut, Unreachable):
                continue  # it is gone, or the host is
            except WSManError:
                self._lost_shells.append(shell)
                self._transport.reset()
        self._deadline = deadline

    def _open_shell(self) -> Shell:
        self._delete_lost_shells()
        try:
            return Shell(self._request)
        except Unanswered as error:
            error.may_have_acted = False  # Whether or not there is a shell, no command was started.
            raise

    def _repeat(self, verb: str, subject: str, operation: Callable[[], T], *, repeatable: bool) -> T:
        self._subject = subject
        what = f"{verb} {subject}".rstrip()
        pauses = iter(PAUSES)
        while True:
            try:
                return operation()
            except StaleContext as error:
                failure: WSManError = error
                self._drop_connection()
            except (ConnectionLost, ProtocolError, CommandLost, LimitExceeded) as error:
                self._drop_connection()
                if error.may_have_acted and not repeatable:
                    raise _unknown(what, error) from error
                if isinstance(error, TimedOut):
                    # a repetition would only add to the host's load
                    raise self._unreachable(f"{what} got no answer: {error}") from error
                if isinstance(error, LimitExceeded):
                    raise
                failure = error
            except (Unreachable, AuthenticationRejected) as error:
                # A host that accepted earlier requests may be back soon. It also refuses the credentials of a request
                # that comes over another TCP connection than the authenticated one.
                if not self._answered:
                    raise
                failure = error
                self._drop_connection()
            except Fault as error:
                error.request = what
                if error.is_timeout and not repeatable:
                    raise _unknown(what, error) from error
                if error.is_quota:
                    self.close()
                elif not error.is_timeout:
                    raise
                failure = error
            pause = next(pauses, None)
            if pause is None:
                if isinstance(failure, (ConnectionLost, StaleContext, Unreachable)):
                    tries = len(PAUSES) + 1
                    raise self._unreachable(f"{what} got no answer in {tries} tries: {failure}") from failure
                if isinstance(failure, ProtocolError) and not self._answered:
                    raise NoService(str(failure)) from failure
                raise failure
            self._sleep(pause)

    def _unreachable(self, reason: str) -> Unreachable:
        self._lost_shells.clear()  # a host that does not answer is asked nothing more
        return Unreachable(reason)

    def _send(self, verb: str, subject: str, message: bytes, message_id: str | None) -> Element:
        if self._log is None:
            return self._exchange(message, message_id)
        start = time.monotonic()
        result = "no answer"
        try:
            body = self._exchange(message, message_id)
            result = _summary(body)
            return body
        except WSManError as error:
            result = _kind(error)
            raise
        finally:
            self._log(f"{verb} {subject}".rstrip() + f": {result} in {time.monotonic() - start:.3f} s")

    def _exchange(self, message: bytes, message_id: str | None) -> Element:
        if self._clock() > self._deadline:
            raise TimeIsUp(f"the {self._seconds:.0f} seconds that the task may take are over")
        answer = self._transport.send(message)
        if self._listener is not None:
            self._listener(message, answer)
        # A proxy or another web server may answer as well.
        self._answered = self._answered or b"Envelope" in answer
        return envelope.open_body(answer, message_id)

    def _request(
        self,
        action: str,
        resource_uri: str,
        body: Element | None = None,
        selectors: Mapping[str, str] | None = None,
        options: Mapping[str, str] | None = None,
    ) -> Element:
        message_id = envelope.new_message_id()
        message = envelope.request(
            action,
            resource_uri,
            body,
            message_id=message_id,
            timeout=self._transport.operation_timeout,
            selectors=selectors,
            options=options,
        )
        # The action of a method is the URI of the resource followed by the method's name.
        verb = "Invoke" if action.startswith(resource_uri) else action.rpartition("/")[2]
        of_shell = resource_uri == ns.CMD_SHELL and verb in ("Create", "Signal", "Delete")
        return self._send(verb, "cmd" if of_shell else self._subject, message, message_id)

    def _transfer(self, verb: str, path: CimPath, body: Element | None = None) -> Element:
        return self._request(f"{ns.TRANSFER}/{verb}", path.uri, body, path.keys)

    def _enumerate(self, resource_uri: str, filter_: Element | None) -> list[Instance]:
        start = Element(f"{{{ns.ENUMERATION}}}Enumerate")
        SubElement(start, f"{{{ns.WSMAN}}}OptimizeEnumeration")
        SubElement(start, f"{{{ns.WSMAN}}}MaxElements").text = str(PAGE_SIZE)
        if filter_ is not None:
            start.append(filter_)
        deadline = self._clock() + MAX_ENUMERATION_SECONDS
        answer = _only_child(self._request(f"{ns.ENUMERATION}/Enumerate", resource_uri, start), "EnumerateResponse")
        instances = _items(answer)
        pages = 1
        while (context := _context(answer)) is not None:
            if len(instances) > MAX_ITEMS or pages >= MAX_PAGES or self._clock() > deadline:
                raise LimitExceeded(
                    f"the host's answers do not end: {len(instances)} items on {pages} pages within "
                    f"{MAX_ENUMERATION_SECONDS - (deadline - self._clock()):.0f} seconds"
                )
            pull = Element(f"{{{ns.ENUMERATION}}}Pull")
            SubElement(pull, f"{{{ns.ENUMERATION}}}EnumerationContext").text = context
            SubElement(pull, f"{{{ns.ENUMERATION}}}MaxElements").text = str(PAGE_SIZE)
            answer = _only_child(self._request(f"{ns.ENUMERATION}/Pull", resource_uri, pull), "PullResponse")
            instances += _items(answer)
            pages += 1
        return instances


def _unknown(what: str, error: WSManError) -> OutcomeUnknown:
    return OutcomeUnknown(f"{what} was sent once, and its outcome is unknown: {error}")


def _only_child(body: Element, *names: str) -> Element:
    """Return the first element of a body, which has one of the given local names."""
    child = next(iter(body), None)
    if child is None:
        raise ProtocolError("the host's answer has an empty body")
    if names and ns.local_name(child).lower() not in map(str.lower, names):
        raise ProtocolError(f"the host's answer contains no {names[0]}")
    return child


def _queried_class(wql: str) -> str:
    """Return the class that a query reads; its conditions may contain secrets."""
    match = _FROM.search(wql)
    return match[1] if match else "?"


def _summary(body: Element) -> str:
    """Return the result in an answer: a return value, an exit code or the number of instances."""
    for element in body.iter():
        name, text = ns.local_name(element), (element.text or "").strip()
        if name == "Items":
            return f"{len(element)} instance{'s' * (len(element) != 1)}"
        if name == "ReturnValue" and re.fullmatch(r"-?[0-9]+", text):
            return f"ReturnValue {text}"
        if element.tag == f"{{{ns.SHELL}}}ExitCode" and re.fullmatch(r"-?[0-9]+", text):
            return f"exit code {text}"
    return "ok"


def _kind(error: WSManError) -> str:
    """Return what went wrong, without the host's text."""
    if not isinstance(error, Fault):
        return type(error).__name__
    return error.subcode if error.code is None else f"error 0x{error.code:08X}"


def _class_element(path: CimPath, name: str, values: Mapping[str, Value]) -> Element:
    element = Element(f"{{{path.uri}}}{name}")
    for key, value in values.items():
        append_value(element, f"{{{path.uri}}}{key}", value)
    return element


def _items(answer: Element) -> list[Instance]:
    # On the first page, Items is in the namespace of WS-Management; on the others, in that of WS-Enumeration.
    return [Instance(item) for part in answer if ns.local_name(part) == "Items" for item in part]


def _context(answer: Element) -> str | None:
    """Return the context for pulling the next page, None at the end. Each page has a new one."""
    parts = {ns.local_name(part): part for part in answer}
    if "EndOfSequence" in parts or "EnumerationContext" not in parts:
        return None
    context = parts["EnumerationContext"]
    if len(context):
        raise ProtocolError("the context of the enumeration is not a text")
    return (context.text or "").strip() or None
