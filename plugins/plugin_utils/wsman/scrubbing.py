# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Take out of texts whatever could identify a host or is secret, and keep the rest as it is.

No list of patterns finds every secret. So it is the other way around: what remains are short numbers and sizes, and the
words that the collection itself knows. All other words are replaced. Patterns come before that, for what consists of
numbers and known words and is not to remain all the same: addresses, SIDs, paths below a profile, whatever stands
behind ``password=``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

# Subcodes of faults (SOAP 1.2, WS-Addressing, DSP0226 clause 14); they say what a host means.
_SUBCODES = (
    "AccessDenied ActionNotSupported AlreadyExists CannotProcessFilter Concurrency DestinationUnreachable "
    "EncodingLimit EndpointUnavailable FilteringNotSupported FilterDialectRequestedUnavailable "
    "FragmentDialectNotSupported IncompatibleEPR InternalError InvalidBookmark InvalidBody "
    "InvalidEnumerationContext InvalidExpirationTime InvalidMessageInformationHeader InvalidOptions "
    "InvalidParameter InvalidRepresentation InvalidResourceURI InvalidSelectors MessageInformationHeaderRequired "
    "MustUnderstand NoAck QuotaLimit Receiver RenameFailure SchemaValidationError Sender TimedOut "
    "UnsupportedFeature VersionMismatch"
)
# The same words on every host
_WELL_KNOWN = frozenset(
    {
        *("system", "localsystem", "local service", "localservice", "network service", "networkservice"),
        *("nt authority", "nt service", "builtin", "administrator", "administrators", "users", "everyone"),
        *("public", "default", "default user", "all users", "workgroup", "localhost", "true", "false"),
    }
)
# Elements, attributes and selectors whose content is a name or an identifier, whatever words it consists of
_NAMES = (
    "UserId|Author|Owner|User|UserName|RegisteredUser|Organization|StartName|Domain|DNSHostName|DNSDomain|CSName|"
    "SystemName|PSComputerName|ComputerName|Computer|Workgroup|PrimaryOwnerName|AccountName|ReferencedDomainName|"
    "Machine|MachineName|SerialNumber|IdentifyingNumber|ProductID|ServiceResourceName|MachineId|__SERVER|"
    r"\w{1,40}(?:UserName|DomainName|ComputerName|AccountName|HostName|WorkstationName)|"
    "(?:Default|LastLoggedOn|Proxy|RunAs|Subject|Target)User"
)
# What a secret is called, as part of a word or as the whole of it
_SECRETS = (
    r"(?:[\w.-]{0,50}(?:pass[ -]?(?:word|phrase|code)|passwd|pwd|secret|token|credential|cookie|authorization|"
    # In German, French, Spanish, Portuguese, Dutch, Chinese, Japanese
    r"kennwort|passwort|mot de passe|contrase\u00f1a|senha|wachtwoord|\u5bc6\u7801|\u30d1\u30b9\u30ef\u30fc\u30c9|"
    r"signature|managementcert|connection[-_ ]?string|"
    r"(?:api|account|access|shared|private|storage|client|encryption)[-_ ]?key)"
    r"[\w-]{0,50}|pass|pin|sig|sas|key)"
)
_SWITCHES = "p|pw|pwd|pass|passwd|password|passphrase|rp|u|ru|pu|user|username|proxy-user|ph|secret|key|token|sas"
_VALUE = r"""(?:"[^"\r\n]*"|'[^'\r\n]*'|[^\s"'<>]+)"""
_FILE_TYPES = frozenset(
    {
        *("bat", "bin", "cab", "cat", "cmd", "config", "dat", "dll", "errlog", "evtx", "exe", "inf", "ini", "job"),
        *("json", "kek", "lnk", "log", "mof", "msi", "msu", "mui", "ps1", "psd1", "psm1", "reg", "sys", "tmp", "txt"),
        *("vaultcredentials", "vbs", "vhd", "vhdx", "xml"),
    }
)
# How texts and settings name an account or a computer
_ROLES = r"(?:user|account|computer|host)(?:[ -]?name)?|login|logon|owner"
_SHARE = r"[^\\\s\"'<>/?.][^\\\s\"'<>/?]*"

# The first that matches is replaced, by the method of its name.
_PATTERNS = {
    "pem": r"-----BEGIN [^\r\n]*?-----.*?(?:-----END [^\r\n]*?-----|\Z)",
    # Text in UTF-16 that was read as octets
    "wide": r"(?:[^\0\r\n]\0){3,}[^\0\s]?",
    # <UserId>, or <Data Name="UserId"> in events
    "element": rf"(?P<tag><(?:\w+:)?(?:\w+\s+Name\s*=\s*[\"'])?(?P<named>{_NAMES}|{_SECRETS})\b[^<>]*>)"
    r"(?P<content>[^<>]+)(?=</)",
    # As reg.exe prints them
    "setting": rf"(?P<value_name>(?<![\w.-])(?:{_NAMES}|{_SECRETS}))"
    r"(?P<type_name>[ \t]+REG_(?:EXPAND_|MULTI_)?SZ[ \t]+)(?P<data>[^\r\n]+)",
    "command": r"(?P<verb>\bnet1?(?:\.exe)?[\"']?\s+(?:use|user)\s+)(?P<arguments>[^\r\n<]+)",
    "login": r"(?<![^\s/@\"'<>])[^\s/@\"'<>]{1,500}?:[^\s/\"'<>]{0,500}@(?=[\w.\[])",
    "pair": rf"(?P<key>(?:key|name)[\"']?\s*[:=]\s*[\"'](?:{_SECRETS})[\"'][\s,]*[\"']?value[\"']?\s*[:=]\s*"
    rf"|(?<![\w.-])(?:{_SECRETS})[\"']?(?:\s*(?:=>|[:=])\s*|\s+is\s+|[ ]*\t[ \t]*|[ ]+(?=\d))"
    r"|\b(?:[\w-]{1,30}-)?(?:bearer|basic|ntlm|negotiate|digest|securestring)[\s(]+"
    rf"|(?<!\w)(?:--?|/)(?:{_SWITCHES})(?:[:=]|\s+(?![/-])))(?P<value>{_VALUE})",
    "person": rf"(?P<role>(?<![\w.-])(?:{_ROLES})[\"']?\s*[:=]\s*)(?P<person_name>{_VALUE})",
    "query": r"(?P<parameter>[?&][\w.-]+=)(?P<argument>[^\s&\"'<>]+)",
    "profile": r"(?P<root>\b[a-z]:(?:\\{1,2}|/)(?:Users|Documents and Settings)(?:\\{1,2}|/))"
    r"(?P<owner>[^\\/:*?\"<>|\r\n;,]+)(?P<below>(?:(?:\\{1,2}|/)[^\\/:*?\"<>|\r\n;,]*)*)",
    # \\server\share, or the same in a literal of WQL
    "share": rf"(?<![\\\w:])(?:\\\\(?P<server>{_SHARE})\\(?P<shared>{_SHARE})"
    rf"|\\\\\\\\(?P<server_escaped>{_SHARE})\\\\(?P<shared_escaped>{_SHARE}))",
    "url": r"(?<=\w://)(?P<url_host>[\w-]+)(?=[:/\s\"'<>]|\Z)",
    # The name of an account, or of a file: nobody needs it as a number
    "numbered": r"(?<=[\w$-]\\)\d{4,5}(?![\w\\.-])",
    "mail": r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)*",
    "sid": r"\bS-1-\d+(?:-\d+)+\b",
    "guid": r"(?<![\w-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![\w-])",
    "encoded": r"(?:%[0-9a-f]{2}){3,}|(?:&#x?[0-9a-f]+;){2,}",
    # Dates and times, durations
    "kept": r"(?<!\w)\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?)?(?!\w)|\b\d{14}\.\d{6}[+-]\d{3}\b"
    r"|(?<!\w)P(?:\d+[DWMY])*(?:T(?:\d+(?:\.\d+)?[HMS])+)?(?!\w)",
    # Octets, such as a thumbprint or a serial number, in several notations, and the groups of a long number
    "pairs": r"\b[0-9a-f]{2}(?:[ :-][0-9a-f]{2}){6,}\b|(?<![\w,])[0-9a-f]{2}(?:[ ,][0-9a-f]{2}){5,}(?![\w,])"
    r"|\b0x[0-9a-f]{2}(?:[ ,]+0x[0-9a-f]{2}){3,}\b|(?<![\w,])\d{2,3}(?:[ ,]\d{2,3}){5,}(?![\w,])",
    "groups": r"(?<![\w.-])\d{3,6}(?: \d{3,6}){2,}(?![\w-])",
    "hardware": r"\b[0-9a-f]{2}(?P<separator>[:-])[0-9a-f]{2}(?:(?P=separator)[0-9a-f]{2}){4}\b",
    "ipv6": r"(?<![\w:.])(?:(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}|(?:[0-9a-f]{1,4}:){6}\d+(?:\.\d+){3}"
    r"|(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*)?::(?:(?:[0-9a-f]{1,4}:)*(?:\d+(?:\.\d+){3}|[0-9a-f]{1,4}))?)"
    r"(?:%\w+)?(?![\w:])",
    # Also with leading zeros, and the beginning of a private one
    "ipv4": r"(?<![\w.])(?:(?:(?:25[0-5]|2[0-4]\d|[01]?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|[01]?\d?\d)"
    r"|(?:192\.168|169\.254|172\.(?:1[6-9]|2\d|3[01]))(?:\.\d{1,3})?)(?!\.?\w)",
    "binary": r"(?P<type>\bREG_BINARY\s+)(?P<digits>[0-9a-f]+)\b",
    "blob": r"(?<![\w+/])[A-Za-z0-9+/]{32,}={0,2}(?![\w+/=])",
    "mixed": r"(?<![\w.-])[\w.-]*\w[!@#$^*~]+(?=\w)[\w.!@#$^*~-]*",
    "dotted": r"(?<![\w.-])[\w-]+(?:\.[\w-]+)+",
    "number": r"(?<![\w.])\d{6,}(?![\w-])",
    "word": r"[^\W_](?:[\w-]*[^\W_])?",
}
_WORD = re.compile(_PATTERNS["word"])
_DOTTED = re.compile(_PATTERNS["dotted"])
_SID = re.compile(_PATTERNS["sid"], re.I)
_NUMBER = re.compile(r"\d{1,5}|0x[0-9a-f]{1,5}|0x80[0-9a-f]{6}|0xC0{3,5}[0-9a-f]{2,4}|0x[0f]{8}|\d\dT\d\d", re.I)
# Elements whose content is a size in octets
_SIZES = re.compile(r"\w*(?:Size|Space|Capacity|Memory|Free|uValue)", re.I)
# Digits of what may remain: counts, and sizes where a number stands alone
_LONGEST_VERSION = 4
_SHORTEST_ACCOUNT = 4
_LONGEST_NUMBER, _LONGEST_CODE, _LONGEST_SIZE = 5, 10, 15
# Codes of errors, which are longer: HRESULTs, and those of the Task Scheduler
_CODES = (range(0x80000000, 0x81000000), range(0x41300, 0x41330))
# In milliseconds, as in queries for events of the last days
_DAY = 86_400_000
# The largest integers of CIM, signed and not, which mean that there is no limit
_NO_LIMIT = frozenset({str(2**bits - 1) for bits in (31, 32, 63, 64)})
_LEARNED = re.compile("|".join(_PATTERNS[name] for name in ("element", "profile", "share")), re.I)
_IS_NAME = re.compile(_NAMES, re.I)
_IS_SECRET = re.compile(_SECRETS, re.I)

# A comment, CDATA, a tag with its attributes, or the text between two of these
_XML = re.compile(r"<!--.*?-->|<!\[CDATA\[(?P<cdata>.*?)\]\]>|(?P<tag><(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>)|[^<]+", re.S)
_ATTRIBUTE = re.compile(r"([\w:.-]+)(\s*=\s*)(\"[^\"]*\"|'[^']*')")
_SAMPLE = re.compile(r"^\s*sample:.*$", re.M)
_ELEMENT = re.compile(r"<(?:[\w.-]+:)?([\w.-]+)")
_NAME_ATTRIBUTE = re.compile(r"\sName\s*=\s*[\"']([^\"']*)")
_OCTET_ARRAY = re.compile(r"<((?:[\w-]+:)?\w+)>\d{1,3}</\1>(?:\s*<\1>\d{1,3}</\1>){3,}")
_REFERENCE = re.compile(r"&(?:(lt|gt|amp|quot|apos)|#(\d+)|#x([0-9a-fA-F]+));")
_CHARACTERS = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
# Octets below this are counts, lengths and flags; letters are above.
_BLANK = 0x20


@cache
def collection_words() -> frozenset[str]:
    """Return the words that the collection itself knows: those of its sources and its catalog."""
    folder = Path(__file__).parents[1]
    sources = (*folder.rglob("*.py"), *folder.rglob("*.yml"))
    # Samples are what other hosts are called
    texts = (_SAMPLE.sub("", source.read_text(encoding="utf-8")) for source in sources)
    return frozenset(words_of("\n".join([_SUBCODES, *texts])))


def words_of(text: str) -> set[str]:
    """Return the words of a text, alone and connected by hyphens, underscores and dots, for :class:`Scrubber`."""
    whole = {match[0].casefold() for pattern in (_WORD, _DOTTED) for match in pattern.finditer(text)}
    domains = {word.partition(".")[2] for word in whole}
    return whole | domains | {piece for word in whole for piece in re.split("[-_.]", word)}


class Scrubber:
    """Replaces names, addresses, identifiers and secrets, the same ones by the same in all texts that it is given.

    :param known: the words that may remain, as :func:`words_of` returns them.
    :param names: names of the host and its users that are replaced even if they consist of known words.
    """

    def __init__(self, known: Iterable[str], names: Iterable[str] = ()) -> None:
        self._known = frozenset(known)
        self._replacements: dict[str, str] = {}
        self._counts: Counter[str] = Counter()
        self._names: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        for name in names:
            host, _unused, domain = name.partition(".")
            for part in (name, host, domain):
                self._take(part, "name")

    # -- What is a name wherever it stands

    def learn(self, text: str, context: str = "") -> None:
        """Note the names that a text shows to be names, so that they are replaced wherever they stand."""
        if _IS_NAME.fullmatch(context):
            self._take(text, "user")
            return
        for match in _LEARNED.finditer(text):
            if match["content"] and _IS_NAME.fullmatch(match["named"]):
                self._take(match["content"], "user")
            elif match["owner"] and match["below"]:
                self._take(match["owner"], "user")
            elif match["server"]:
                self._take(match["server"], "host")

    def learn_message(self, message: str) -> None:
        """Note the names in an envelope, as :meth:`learn` does."""
        for part, context in _parts(message):
            if part["tag"]:
                for name, _unused, value in _ATTRIBUTE.findall(part[0]):
                    self.learn(_unescaped(value[1:-1]), name)
            else:
                self.learn(part["cdata"] or _unescaped(part[0]), context)

    def _take(self, text: str, kind: str) -> None:
        for name in (text.strip(), *text.strip().split("\\")):
            # What is shorter occurs in other words too often.
            distinct = len(name) > 2 and re.search(r"[^\W\d_]", name) and not _SID.fullmatch(name)
            if distinct and name.casefold() not in _WELL_KNOWN:
                self._names.add(name.casefold())
                self._replacement(kind, name)
                self._pattern = None

    # -- Scrubbing

    def message(self, message: str) -> str:
        """Return an envelope with the same elements, and scrubbed texts and attributes."""
        message = _OCTET_ARRAY.sub(lambda array: re.sub(r"(?<=>)\d+(?=<)", _scrubbed_octet, array[0]), message)
        parts = []
        for part, context in _parts(message):
            if part["tag"]:
                parts.append(_ATTRIBUTE.sub(self._attribute, part[0]))
            elif part["cdata"] is not None:
                parts.append(f"<![CDATA[{self.text(part['cdata'], context)}]]>")
            elif not part[0].startswith("<!--"):
                parts.append(escape(self.text(_unescaped(part[0]), context), {"\r": "&#13;"}))
        return "".join(parts)

    def text(self, text: str, context: str = "") -> str:
        """Return a scrubbed text; ``context`` is the name of the element or attribute that it is the content of."""
        content = text.strip()
        if content and _IS_SECRET.fullmatch(context):
            return text.replace(content, self._secret(content))
        if content and _IS_NAME.fullmatch(context):
            return text.replace(content, self._account(content))
        if content.isdecimal():
            return text.replace(
                content, self._shortened(content, is_size=not context or bool(_SIZES.fullmatch(context)))
            )
        if self._pattern is None:
            # The longest first: a name may begin with another one.
            names = "|".join(map(re.escape, sorted(self._names, key=len, reverse=True)))
            patterns = {
                **_PATTERNS,
                "word": rf"(?P<name>(?<![^\W_])(?:{names or '(?!)'})(?![^\W_]))|{_PATTERNS['word']}",
            }
            alternatives = (f"(?P<{name}>{pattern})" for name, pattern in patterns.items())
            self._pattern = re.compile("|".join(alternatives), re.I | re.S)
        return self._pattern.sub(self._scrubbed, text)

    def octets(self, octets: bytes) -> bytes:
        """Return as many octets, of which those that could be letters are replaced."""
        return bytes(ord("x") if octet >= _BLANK else octet for octet in octets)

    def _scrubbed(self, match: re.Match[str]) -> str:
        replaced: str = getattr(self, f"_{match.lastgroup}")(match)
        return replaced

    def _replacement(self, kind: str, text: str) -> str:
        key = text.casefold()
        # A number must not be replaced by itself
        while self._replacements.get(key, key) == key:
            self._counts[kind] += 1
            self._replacements[key] = _FORMS.get(kind, kind + "{0}").format(self._counts[kind])
        return self._replacements[key]

    def _secret(self, text: str) -> str:
        """Replace a secret, unless it is a word that can be none, such as the name of SYSTEM for a password's owner."""
        quote = text[0] if text[0] in "\"'" and text[-1] == text[0] and len(text) > 1 else ""
        content = text.strip(quote) if quote else text
        if not content or content.casefold() in _WELL_KNOWN or self._is_well_known_sid(content):
            return text
        return f"{quote}{self._replacement('secret', content)}{quote}"

    def _account(self, text: str) -> str:
        """Replace the name of an account, DOMAIN\name or a SID."""
        if _SID.fullmatch(text):
            return _SID.sub(self._sid, text)
        parts = text.split("\\")
        return "\\".join(
            part if part.casefold() in _WELL_KNOWN or not part else self._replacement("user", part) for part in parts
        )

    def _words(self, text: str) -> str:
        return _WORD.sub(self._word, text)

    def _is_known(self, word: str) -> bool:
        pieces = [piece for piece in re.split("[-_]", word.casefold()) if piece]
        if not self._names.isdisjoint((word.casefold(), *pieces)):
            return False
        if word.casefold() in self._known or _NUMBER.fullmatch(word):
            return True
        # As the names of computers are written
        if "-" in word and word.isupper():
            return False
        return len(pieces) > 1 and all(piece in self._known and not piece[0].isdigit() for piece in pieces)

    def _is_well_known_sid(self, text: str) -> bool:
        # Those of Windows have at most two numbers after that of the authority, others those of a domain or a name.
        return bool(_SID.fullmatch(text)) and (text.count("-") < 5 or text.casefold() in self._known)

    def _pem(self, match: re.Match[str]) -> str:
        return f"-----BEGIN-----{self._replacement('secret', match[0])}-----END-----"

    def _element(self, match: re.Match[str]) -> str:
        tag = _ATTRIBUTE.sub(self._attribute, match["tag"])
        return tag + self.text(match["content"], match["named"])

    def _wide(self, match: re.Match[str]) -> str:
        return self._replacement("secret", match[0])

    def _setting(self, match: re.Match[str]) -> str:
        name, data = match["value_name"], match["data"]
        return (
            self._words(name)
            + match["type_name"]
            + (self._account(data) if _IS_NAME.fullmatch(name) else self._secret(data))
        )

    def _person(self, match: re.Match[str]) -> str:
        name = match["person_name"]
        return self._words(match["role"]) + name.replace(name.strip("\"'"), self._account(name.strip("\"'")))

    def _url(self, match: re.Match[str]) -> str:
        return self._host(match[0])

    def _numbered(self, match: re.Match[str]) -> str:
        return match[0] if match[0] in self._known else self._replacement(f"digits{len(match[0])}", match[0])

    def _command(self, match: re.Match[str]) -> str:
        return match["verb"] + self._replacement("secret", match["arguments"])

    def _login(self, match: re.Match[str]) -> str:
        return self._replacement("secret", match[0]) + "@"

    def _pair(self, match: re.Match[str]) -> str:
        return self._words(match["key"]) + self._secret(match["value"])

    def _query(self, match: re.Match[str]) -> str:
        return self._words(match["parameter"]) + self._secret(match["argument"])

    def _profile(self, match: re.Match[str]) -> str:
        owner = match["owner"].strip()
        if owner.casefold() in _WELL_KNOWN:
            return match["root"] + owner + self._words(match["below"])
        below = re.sub(r"[^\\/]+", lambda part: self._replacement("path", part[0]), match["below"])
        return match["root"] + self._replacement("user", owner) + below

    def _share(self, match: re.Match[str]) -> str:
        escaped = "\\" if match["server_escaped"] else ""
        server, shared = match["server"] or match["server_escaped"], match["shared"] or match["shared_escaped"]
        return f"\\\\{escaped * 2}{self._host(server)}\\{escaped}{self._replacement('share', shared)}"

    def _host(self, name: str) -> str:
        return name if name.casefold() in _WELL_KNOWN else self._replacement("host", name)

    def _mail(self, match: re.Match[str]) -> str:
        user, _unused, domain = match[0].partition("@")
        return f"{self._replacement('user', user)}@{self._replacement('host', domain)}"

    def _sid(self, match: re.Match[str]) -> str:
        if self._is_well_known_sid(match[0]):
            return match[0]
        domain, _unused, number = match[0].rpartition("-")
        # Accounts below 1000 are the same in each domain.
        account = number if len(number) < 4 else f"1{self._replacement('account', match[0])}"
        return f"{self._replacement('domain', domain)}-{account}"

    def _guid(self, match: re.Match[str]) -> str:
        return match[0] if match[0].casefold() in self._known else self._replacement("guid", match[0])

    def _encoded(self, match: re.Match[str]) -> str:
        return self._replacement("secret", match[0])

    def _kept(self, match: re.Match[str]) -> str:
        return match[0]

    def _hardware(self, match: re.Match[str]) -> str:
        return self._replacement("hardware", match[0])

    def _ipv6(self, match: re.Match[str]) -> str:
        return match[0] if match[0] in ("::", "::1") else self._replacement("ipv6", match[0])

    def _ipv4(self, match: re.Match[str]) -> str:
        if match[0].startswith(("0.0.0.0", "127.0.0.1", "255.")):
            return match[0]
        number = int(self._replacement("ipv4", match[0]))
        # 198.18.0.0/15 is for measurements (RFC 2544), so no host has such an address.
        return f"198.{18 + number // 65536}.{number // 256 % 256}.{number % 256}"

    def _pairs(self, match: re.Match[str]) -> str:
        return self._replacement("data", match[0])

    def _groups(self, match: re.Match[str]) -> str:
        return self._replacement("digits", match[0])

    def _number(self, match: re.Match[str]) -> str:
        before, after = match.string[: match.start()], match.string[match.end() :]
        line = before.rpartition("\n")[2] + after.partition("\n")[0]
        return self._shortened(match[0], is_size=not line.strip())

    def _shortened(self, digits: str, *, is_size: bool) -> str:
        longest = _LONGEST_SIZE if is_size and digits.isascii() else _LONGEST_NUMBER
        if len(digits) <= longest or digits in _NO_LIMIT:
            return digits
        if len(digits) > _LONGEST_CODE or not digits.isascii():
            return self._replacement("digits", digits)
        number = int(digits)
        is_code = digits in self._known or any(number in codes for codes in _CODES)
        # What can be a number of 32 bits remains one
        return digits if is_code or not number % _DAY else self._replacement(f"digits{len(digits)}", digits)

    def _binary(self, match: re.Match[str]) -> str:
        digits = match["digits"][: len(match["digits"]) // 2 * 2]
        return match["type"] + self.octets(bytes.fromhex(digits)).hex().upper()

    def _blob(self, match: re.Match[str]) -> str:
        pieces = re.split("[+/=]", match[0])
        if all(self._is_known(piece) for piece in pieces if piece) or max(map(len, pieces)) < 20:
            return self._words(match[0])
        return self._replacement("data", match[0])

    def _mixed(self, match: re.Match[str]) -> str:
        return self._replacement("secret", match[0])

    def _dotted(self, match: re.Match[str]) -> str:
        labels = match[0].split(".")
        # Versions have at most four numbers, other identifiers more
        is_version = len(labels) <= _LONGEST_VERSION and all(_NUMBER.fullmatch(label) for label in labels)
        if match[0].casefold() in self._known or is_version:
            return match[0]
        if labels[-1].casefold() in _FILE_TYPES:
            return f"{'.'.join(self._words(label) for label in labels[:-1])}.{labels[-1]}"
        return self._replacement("host", match[0])

    def _word(self, match: re.Match[str]) -> str:
        return match[0] if self._is_known(match[0]) else self._replacement("name", match[0])

    def _attribute(self, match: re.Match[str]) -> str:
        name, equals, quoted = match.groups()
        if name.startswith(("xmlns", "xml:")) or name.endswith(":type"):
            return match[0]
        value = escape(self.text(_unescaped(quoted[1:-1]), name), {'"': "&quot;", "'": "&apos;"})
        return f"{name}{equals}{quoted[0]}{value}{quoted[0]}"


# Replacements that have the form of what they replace
_FORMS = {
    "digits": "9{0:018d}",
    **{f"digits{length}": f"1{{0:0{length - 1}d}}" for length in range(_SHORTEST_ACCOUNT, _LONGEST_CODE + 1)},
    "guid": "00000000-0000-0000-0000-{0:012d}",
    "domain": "S-1-5-21-0-0-{0}",
    "account": "{0:03d}",
    "hardware": "02-00-00-00-00-{0:02X}",
    "ipv6": "2001:db8::{0:x}",
    "ipv4": "{0}",
}


def _parts(message: str) -> Iterator[tuple[re.Match[str], str]]:
    """Yield each part of a message, and by what name its content goes: that of its element, or in an attribute Name."""
    context = ""
    for match in _XML.finditer(message):
        if match["tag"]:
            element, named = _ELEMENT.match(match[0]), _NAME_ATTRIBUTE.search(match[0])
            context = named[1] if named else element[1] if element else ""
        yield match, context


def _unescaped(text: str) -> str:
    return _REFERENCE.sub(
        lambda found: _CHARACTERS.get(found[1] or "") or chr(int(found[2] or found[3], 10 if found[2] else 16)), text
    )


def _scrubbed_octet(match: re.Match[str]) -> str:
    octet = int(match[0])
    return match[0] if octet < _BLANK else str(ord("x"))
