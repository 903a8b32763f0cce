# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The grammar of cmd.exe on its command line: chains, pipes, blocks, redirections, ``if`` and ``for``."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache


class SyntaxFailure(Exception):
    """cmd.exe refuses the line: what "was unexpected at this time"."""

    def __init__(self, unexpected: str) -> None:
        super().__init__(unexpected)
        self.unexpected = unexpected


@dataclass(frozen=True)
class Redirection:
    """``2>>target``; the target may be ``&1`` for another handle."""

    handle: int
    operator: str  # > >> <
    target: str


@dataclass
class Simple:
    """A command as text, its redirections and escapes taken out."""

    text: str
    redirections: list[Redirection] = field(default_factory=list)


@dataclass
class Block:
    """``( ... )``."""

    body: Node
    redirections: list[Redirection] = field(default_factory=list)


@dataclass
class Chain:
    """Commands joined by ``&``, ``&&``, ``||`` or ``|``."""

    operator: str
    left: Node
    right: Node


@dataclass
class If:
    """``if [/i] [not] condition command [else command]``."""

    condition: list[str]
    negated: bool
    ignore_case: bool
    then: Node
    otherwise: Node | None


@dataclass
class For:
    """``for [/d|/r|/l|/f ["options"]] %v in (set) do command``."""

    kind: str
    options: str
    variable: str
    items: str
    body: Node
    source: str  # the body as written


Node = Simple | Block | Chain | If | For

_BREAKS = "&|"
# What stands for itself in a command
_PLAIN = re.compile(r'(?:"[^"]*"?|[^"^&|()<>0-9])+')


# Clients send the same lines to each host, and a loop runs one again and again; nobody changes a node
@lru_cache(maxsize=1024)
def parse(line: str, *, to_the_right: bool = False) -> Node | None:
    """The whole line; None for an empty one. Raises :class:`SyntaxFailure`."""
    return _Parser(line, to_the_right).parse()


class _Parser:
    """Recursive descent over one line whose ``%variables%`` are already replaced.

    Microsoft documents no precedence of ``&``, ``&&`` and ``||``. cmd.exe is observed to bind ``&&`` and ``||`` closer
    than ``&``; in the other reading (``to_the_right``) what is right of any of them belongs to it as a whole.
    """

    def __init__(self, line: str, to_the_right: bool) -> None:
        self._line = line
        self._to_the_right = to_the_right
        self._at = 0
        self._depth = 0

    def parse(self) -> Node | None:
        self._blank()
        if self._at == len(self._line):
            return None
        node = self._sequence()
        if self._at < len(self._line):
            raise SyntaxFailure(self._line[self._at])
        return node

    def _peek(self, text: str) -> bool:
        return self._line.startswith(text, self._at)

    def _blank(self) -> None:
        while self._at < len(self._line) and self._line[self._at] in " \t,;=":
            self._at += 1

    def _sequence(self) -> Node:
        if self._to_the_right:
            return self._chain_to_the_right()
        node = self._alternatives()
        while self._peek("&") and not self._peek("&&"):
            self._at += 1
            self._blank()
            if self._at == len(self._line) or self._peek(")"):
                break
            node = Chain("&", node, self._alternatives())
        return node

    def _chain_to_the_right(self) -> Node:
        left = self._pipe()
        operator = next((operator for operator in ("&&", "||", "&") if self._peek(operator)), None)
        if operator is None:
            return left
        self._at += len(operator)
        self._blank()
        if operator == "&" and (self._at == len(self._line) or self._peek(")")):
            return left
        return Chain(operator, left, self._chain_to_the_right())

    def _alternatives(self) -> Node:
        node = self._conjunction()
        while self._peek("||"):
            self._at += 2
            node = Chain("||", node, self._conjunction())
        return node

    def _conjunction(self) -> Node:
        node = self._pipe()
        while self._peek("&&"):
            self._at += 2
            node = Chain("&&", node, self._pipe())
        return node

    def _pipe(self) -> Node:
        node = self._command()
        while self._peek("|") and not self._peek("||"):
            self._at += 1
            node = Chain("|", node, self._command())
        return node

    def _command(self) -> Node:
        self._blank()
        while self._peek("@"):
            self._at += 1
            self._blank()
        if self._at == len(self._line):
            raise SyntaxFailure("")
        if self._line[self._at] in "&|)<>" and not self._peek("<") and not self._peek(">"):
            raise SyntaxFailure(self._line[self._at])
        if self._peek("("):
            return self._block()
        word = self._line[self._at :].split(" ", 1)[0].lower()
        if word == "if" or word.startswith("if/"):
            return self._if()
        if word == "for":
            return self._for()
        return self._simple()

    def _block(self) -> Node:
        self._at += 1
        self._depth += 1
        body = self._sequence()
        self._blank()
        if not self._peek(")"):
            raise SyntaxFailure("")
        self._at += 1
        self._depth -= 1
        block = Block(body)
        self._blank()
        while redirection := self._redirection():
            block.redirections.append(redirection)
            self._blank()
        if self._at < len(self._line) and self._line[self._at] not in "&|)" and not self._word_is("else"):
            raise SyntaxFailure(self._line[self._at :].split()[0])
        return block

    def _word_is(self, word: str) -> bool:
        following = self._line[self._at : self._at + len(word) + 1]
        return following[: len(word)].lower() == word and following[len(word) :] in ("", " ", "(", "\t")

    def _token(self) -> str:
        """A word of ``if`` or ``for``, quotes kept, escapes taken out."""
        self._blank()
        start, quoted, token = self._at, False, ""
        while self._at < len(self._line):
            character = self._line[self._at]
            if character == '"':
                quoted = not quoted
            elif character == "^" and not quoted:
                self._at += 1
                character = self._line[self._at : self._at + 1]
            elif (not quoted and character in " \t&|()<>") or (not quoted and self._line.startswith("==", self._at)):
                break
            token += character
            self._at += 1
        if self._at == start:
            raise SyntaxFailure(self._line[self._at : self._at + 1])
        return token

    def _if(self) -> If:
        self._at += 2
        negated = ignore_case = False
        while True:
            self._blank()
            if self._peek("/i ") or self._peek("/I "):
                ignore_case = True
                self._at += 2
            elif self._word_is("not"):
                negated = not negated
                self._at += 3
            else:
                break
        first = self._token()
        if first.lower() in ("exist", "defined", "errorlevel"):
            condition = [first.lower(), self._token()]
        else:
            while self._at < len(self._line) and self._line[self._at] in " \t":
                self._at += 1
            if self._peek("=="):
                self._at += 2
                condition = ["==", first, self._token()]
            else:
                operator = self._token().lower()
                if operator not in ("equ", "neq", "lss", "leq", "gtr", "geq"):
                    raise SyntaxFailure(operator)
                condition = [operator, first, self._token()]
        then = self._body()
        self._blank()
        otherwise = None
        if isinstance(then, Block) and self._word_is("else"):
            self._at += 4
            otherwise = self._body()
        return If(condition, negated, ignore_case, then, otherwise)

    def _body(self) -> Node:
        """What ``if`` and ``for`` govern: a block, or everything up to the end of the enclosing block."""
        self._blank()
        return self._command() if self._peek("(") else self._sequence()

    def _for(self) -> For:
        self._at += 3
        kind = options = ""
        self._blank()
        while self._peek("/"):
            kind += self._token().lower()
            self._blank()
        if kind in ("/f", "/r") and not self._peek("%"):
            options = self._token().strip('"')
        variable = self._token()
        if len(variable) != 2 or variable[0] != "%":
            raise SyntaxFailure(variable)
        if self._token().lower() != "in":
            raise SyntaxFailure(variable)
        self._blank()
        if not self._peek("("):
            raise SyntaxFailure(self._line[self._at : self._at + 1])
        items = self._balanced()
        if self._token().lower() != "do":
            raise SyntaxFailure(")")
        self._blank()
        start = self._at
        body = self._body()
        return For(kind, options, variable[1], items, body, self._line[start : self._at].strip())

    def _balanced(self) -> str:
        start = self._at + 1
        quote = ""
        while self._at < len(self._line):
            character = self._line[self._at]
            if quote:
                quote = "" if character == quote else quote
            elif character in "\"'":
                quote = character
            elif character == ")":
                self._at += 1
                return self._line[start : self._at - 1].replace("^", "")
            self._at += 1
        raise SyntaxFailure("")

    def _redirection(self) -> Redirection | None:
        handle = None
        at = self._at
        if at + 1 < len(self._line) and self._line[at] in "0123456789" and self._line[at + 1] in "<>":
            handle = int(self._line[at])
            at += 1
        if at >= len(self._line) or self._line[at] not in "<>":
            return None
        operator = self._line[at]
        at += 1
        if operator == ">" and self._line[at : at + 1] == ">":
            operator, at = ">>", at + 1
        self._at = at
        if self._line[at : at + 1] == "&":
            self._at += 2
            return Redirection(handle if handle is not None else 1, operator, self._line[at : at + 2])
        target = self._token().replace('"', "")
        return Redirection(handle if handle is not None else (0 if operator == "<" else 1), operator, target)

    def _simple(self) -> Simple:
        simple = Simple("")
        while self._at < len(self._line):
            if plain := _PLAIN.match(self._line, self._at):
                simple.text += plain[0]
                self._at = plain.end()
                continue
            character = self._line[self._at]
            if character == "^":
                self._at += 1
                simple.text += self._line[self._at : self._at + 1]
                self._at += 1
                continue
            if character in _BREAKS or (character == ")" and self._depth):
                break
            if character in "<>" or (
                character.isdigit()
                and self._line[self._at + 1 : self._at + 2] in ("<", ">")
                and simple.text[-1:] in ("", " ", "\t")
            ):
                redirection = self._redirection()
                assert redirection is not None
                simple.redirections.append(redirection)
                continue
            simple.text += character
            self._at += 1
        return simple
