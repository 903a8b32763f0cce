# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Recognizing errors of the agent in what people paste: a code, a name, a message in one of six languages, or a log.

A code or a name counts before messages are looked at, since translations differ between versions of the agent. A number
is only a code where it cannot well be anything else, for logs are full of other numbers.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from .errors import Error

# Numbers below this are too common: they count only as an ID of their own, or if nothing else was given.
_LEAST_DISTINCTIVE = 10_000
# How many characters without blanks may lie between the words of one message.
_REACH = 240
_NEAREST, _SIMILARITY = 3, 0.5

_ERROR_WORDS = "error|fehler|fehlercode|fout|foutcode|erro|错误|错误代码|エラー|エラーコード"
_FILLERS = "code|id|nr|no|number|nummer|bij het|bei|c[oó]digo|代码|コード"
# Neither the rest of a longer number or word, nor part of an address, a GUID, or a decimal number
_END = r"(?![0-9A-Za-z_-])(?![.:,]\d)"
_HEXADECIMAL = re.compile(rf"(?<![0-9A-Za-z_])0x([0-9a-f]{{4,8}}){_END}", re.IGNORECASE)
# "HResult: 8007007B"
_BARE_HEXADECIMAL = re.compile(rf"(?<![A-Za-z])(?:hresult|hr)\W{{1,3}}([0-9a-f]{{8}}){_END}", re.IGNORECASE)
# "-2139619244", as Windows PowerShell prints 0x80780054
_SIGNED = re.compile(rf"(?<![0-9A-Za-z_.:-])-(\d{{10}}){_END}")
# "(ID: 403)", but neither "Event ID: 403" nor "Ereignis-ID: 403"
_OWN_ID = re.compile(rf"(?<!\w)(?<!\w[ -])ID\s?[:=]?\s?(\d{{3,6}}){_END}", re.IGNORECASE)
_ERROR_NUMBER = re.compile(
    rf"(?<![A-Za-z])(?:{_ERROR_WORDS})(?:\s+(?:{_FILLERS}))?\W{{0,3}}(\d{{3,6}}){_END}", re.IGNORECASE
)
# All that was given is a number
_ALONE = re.compile(
    rf"\W*(?:(?:{_ERROR_WORDS})\W*)?(?:(?:{_FILLERS})\W*)?(?:0x(?P<prefixed>[0-9a-f]+)|(?P<decimal>\d+)|"
    r"(?P<bare>[0-9a-f]{5,8}))\W*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Match:
    """An error that was recognized.

    :ivar found_by: ``id``, ``code``, ``name``, or ``message``.
    :ivar found: the code or name as it was written, or the language of the message.
    """

    error: Error
    found_by: str
    found: str


def recognize(text: str, errors: Mapping[str, Error]) -> list[Match]:
    """Return the errors in a text, those that are found by a code first; empty if there is none."""
    text = unicodedata.normalize("NFKC", text)
    if (error := errors.get(text.strip().lower())) is not None:
        return [Match(error, "id", error.id)]
    found = [*_by_code(text, errors.values()), *_by_name(text, errors.values())]
    return _once(found) or _once(_by_message(text, errors.values()))


def nearest(text: str, errors: Mapping[str, Error]) -> list[Error]:
    """Return the errors that look most like a text, at most three. That is a hint, and no recognition."""
    signs = {
        _folded_word(sign): error
        for error in errors.values()
        for sign in (
            error.id,
            error.title,
            *error.codes,
            *error.names,
            *("".join(words) for lists in error.words.values() for words in lists),
        )
    }
    # A longer text is a log, which looks like nothing; HRESULTs are known in hexadecimal digits
    shown = [text[:300], *(f"0x{number:X}" for _written, number in _numbers(text[:300]) if number >> 31 == 1)]
    close = [
        sign
        for written in shown
        for sign in difflib.get_close_matches(_folded(written), signs, n=2 * _NEAREST, cutoff=_SIMILARITY)
    ]
    return list({signs[sign].id: signs[sign] for sign in close}.values())[:_NEAREST]


def _by_code(text: str, errors: Iterable[Error]) -> Iterator[Match]:
    known = {number: error for error in errors for number in error.numbers}
    for written, number in _numbers(text):
        if number in known:
            yield Match(known[number], "code", written)


def _numbers(text: str) -> Iterator[tuple[str, int]]:
    """Yield what is a code in a text, as it is written and as a number, in no order that matters."""
    for match in _SIGNED.finditer(text):
        yield match[0], 2**32 - int(match[1])
    if alone := _ALONE.fullmatch(text):
        if alone["decimal"]:
            yield alone["decimal"], int(alone["decimal"])
        # Digits may be a hexadecimal number as well
        hexadecimal = alone["prefixed"] or alone["bare"] or alone["decimal"]
        yield f"0x{hexadecimal}", int(hexadecimal, 16)
        return
    for match in sorted((*_HEXADECIMAL.finditer(text), *_BARE_HEXADECIMAL.finditer(text)), key=re.Match.start):
        yield f"0x{match[1]}", int(match[1], 16)
    for match in _OWN_ID.finditer(text):
        yield match[1], int(match[1])
    for match in _ERROR_NUMBER.finditer(text):
        if int(match[1]) >= _LEAST_DISTINCTIVE:
            yield match[1], int(match[1])


def _by_name(text: str, errors: Iterable[Error]) -> Iterator[Match]:
    for error in errors:
        for name in error.names:
            if re.search(rf"(?<![0-9A-Za-z_]){name}(?![0-9A-Za-z_])", text, re.IGNORECASE):
                yield Match(error, "name", name)


def _by_message(text: str, errors: Iterable[Error]) -> Iterator[Match]:
    folded = _folded(text)
    for error in errors:
        for language, lists in error.words.items():
            if any(_occurs(words, folded) for words in lists):
                yield Match(error, "message", language)


def _occurs(words: Iterable[str], folded: str) -> bool:
    """Whether these words are close together in a folded text, and none that is excluded with them."""
    required = [_folded_word(word) for word in words if not word.startswith("!")]
    excluded = [_folded_word(word) for word in words if word.startswith("!")]
    first, *others = sorted(required, key=len, reverse=True)
    for match in re.finditer(first, folded):
        around = folded[max(match.start() - _REACH, 0) : match.end() + _REACH]
        if all(word in around for word in others) and not any(word in around for word in excluded):
            return True
    return False


def _folded(text: str) -> str:
    """A text without case, accents, width, punctuation, and blanks, which differ between screens, mails, and logs."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKD", text).casefold())


@cache
def _folded_word(word: str) -> str:
    return _folded(word)


def _once(matches: Iterable[Match]) -> list[Match]:
    """The first match of each error."""
    first: dict[str, Match] = {}
    for match in matches:
        first.setdefault(match.error.id, match)
    return list(first.values())
