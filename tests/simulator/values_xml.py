# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CIM values as the XML Windows writes and reads: instances, projections, method parameters and results."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

from tests.simulator import faults
from tests.simulator.faults import WSManFault
from tests.simulator.model import CimClass, CimValue, Embedded, Property, Ref, Row
from tests.simulator.soap import (
    ANONYMOUS,
    CIM_SCHEMA_URI,
    NAMESPACES,
    WMI_URI,
    attribute,
    escape,
    parse_duration,
    parse_reference,
    q,
    schema_violation,
)

_INTEGERS = {f"{sign}int{bits}": (sign == "s", bits) for sign in "us" for bits in (8, 16, 32, 64)}
_INTEGER = re.compile(r"[+-]?[0-9]+", re.ASCII)
_REAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)
_XSI = f'xmlns:xsi="{NAMESPACES["xsi"]}"'
_NIL = q("xsi:nil")
_TYPE = q("xsi:type")


@dataclass(frozen=True)
class Dialect:
    """How a request names resources: WMI URIs, or DMTF URIs with ``__cimnamespace``; the answer does the same."""

    namespace: str
    dmtf: bool = False
    precise_arrays: bool = False  # option msftwinrm:UsePreciseArrays
    empty_array_as_element: bool = False  # no Windows is known to do so

    def uri(self, class_name: str, namespace: str = "") -> str:
        """The resource URI of a class, also the XML namespace of its elements."""
        return f"{CIM_SCHEMA_URI}{class_name}" if self.dmtf else f"{WMI_URI}{namespace or self.namespace}/{class_name}"


def instance(cim_class: CimClass, row: Row, dialect: Dialect) -> str:
    """All properties of an instance, in the order of the class."""
    _check_names(cim_class.name, cim_class.properties, row)
    writer = _Writer(dialect)
    children = "".join(writer.element(f"p:{p.name}", p, row.get(p.name)) for p in cim_class.properties)
    return _typed(cim_class.name, dialect.uri(cim_class.name), children)


def fragment(cim_class: CimClass, row: Row, names: Sequence[str], dialect: Dialect) -> str:
    """The projection of ``select a,b``: unqualified children in a ``w:XmlFragment``, class and keys lost."""
    _check_names(cim_class.name, cim_class.properties, row)
    writer = _Writer(dialect, datetime_prefix="")
    wanted = [p for p in cim_class.properties if p.name in names]
    children = "".join(writer.element(p.name, p, row.get(p.name)) for p in wanted)
    return f'<w:XmlFragment {_XSI} xmlns:w="{NAMESPACES["w"]}">{children}</w:XmlFragment>'


def output(cim_class: CimClass, method: str, results: Sequence[Property], row: Row, dialect: Dialect) -> str:
    """The ``<Method>_OUTPUT`` element; WMI orders out parameters by name."""
    declared = {p.name: p for p in (Property("ReturnValue", "uint32"), *results)}
    _check_names(f"{cim_class.name}.{method}", declared.values(), row)
    writer = _Writer(dialect)
    names = [name for name in sorted(declared, key=str.lower) if name in row or name != "ReturnValue"]
    children = "".join(writer.element(f"p:{name}", declared[name], row.get(name)) for name in names)
    return _typed(f"{method}_OUTPUT", dialect.uri(cim_class.name), children)


def endpoint_reference(ref: Ref, dialect: Dialect) -> str:
    """a:Address and a:ReferenceParameters of an instance, without a wrapper."""
    keys: dict[str, object] = dict(ref.keys)
    if dialect.dmtf:
        keys = {"__cimnamespace": ref.namespace, **keys}
    selectors = "".join(
        f'<w:Selector Name="{attribute(name)}">{_selector(value, dialect)}</w:Selector>' for name, value in keys.items()
    )
    selector_set = f"<w:SelectorSet>{selectors}</w:SelectorSet>" if selectors else ""
    return (
        f"<a:Address>{ANONYMOUS}</a:Address><a:ReferenceParameters><w:ResourceURI>"
        f"{escape(dialect.uri(ref.class_name, ref.namespace))}</w:ResourceURI>{selector_set}</a:ReferenceParameters>"
    )


def _selector(value: object, dialect: Dialect) -> str:
    if isinstance(value, Ref):
        return f"<a:EndpointReference>{endpoint_reference(value, dialect)}</a:EndpointReference>"
    return escape(key_text(value))


def key_text(value: object) -> str:
    """The text of a key in a selector."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _typed(name: str, uri: str, children: str) -> str:
    return (
        f'<p:{name} {_XSI} xmlns:p="{escape(uri)}" xmlns:cim="{NAMESPACES["cim"]}" xsi:type="p:{name}_Type">'
        f"{children}</p:{name}>"
    )


def _check_names(owner: str, declared: Iterable[Property], row: Row) -> None:
    unknown = set(row) - {p.name for p in declared}
    if unknown:
        raise ValueError(f"{owner} has no {', '.join(sorted(unknown))}: the simulated Windows contradicts its schema")


class _Writer:
    def __init__(self, dialect: Dialect, datetime_prefix: str = "cim:") -> None:
        self.dialect = dialect
        self.datetime_prefix = datetime_prefix
        self.depth = 0

    def element(self, tag: str, prop: Property, value: CimValue) -> str:
        if prop.array and not value and self.dialect.empty_array_as_element:
            return f"<{tag}></{tag}>"
        if value is None:
            precise = prop.array and self.dialect.precise_arrays
            null_array = f' xmlns:m="{NAMESPACES["p"]}" m:IsNullArray="true"' if precise else ""
            return f'<{tag} xsi:nil="true"{null_array}/>'
        if not prop.array:
            return self.scalar(tag, prop.type, value)
        if not isinstance(value, list | tuple | bytes):
            raise TypeError(f"{tag} is an array, not {value!r}")
        return "".join(self.scalar(tag, prop.type, item) for item in value)

    def scalar(self, tag: str, cim_type: str, value: CimValue) -> str:
        if value is None:
            return f'<{tag} xsi:nil="true"/>'
        if not _fits(cim_type, value):
            raise TypeError(f"{tag} is {cim_type}, not {value!r}")
        if isinstance(value, bool):
            return f"<{tag}>{'true' if value else 'false'}</{tag}>"
        if isinstance(value, datetime):
            prefix = self.datetime_prefix
            return f"<{tag}><{prefix}Datetime>{datetime_text(value)}</{prefix}Datetime></{tag}>"
        if isinstance(value, timedelta):
            prefix = self.datetime_prefix
            return f"<{tag}><{prefix}Interval>{interval_text(value)}</{prefix}Interval></{tag}>"
        if isinstance(value, Ref):
            return f"<{tag}>{endpoint_reference(value, self.dialect)}</{tag}>"
        if isinstance(value, Embedded):
            return self.embedded(tag, value)
        return f"<{tag}>{escape(str(value))}</{tag}>"

    def embedded(self, tag: str, value: Embedded) -> str:
        self.depth += 1
        prefix = f"p{self.depth}"
        children = "".join(self.untyped(f"{prefix}:{name}", item) for name, item in value.properties.items())
        self.depth -= 1
        uri = escape(self.dialect.uri(value.class_name))
        return f'<{tag} xmlns:{prefix}="{uri}" xsi:type="{prefix}:{value.class_name}_Type">{children}</{tag}>'

    def untyped(self, tag: str, value: CimValue) -> str:
        items = value if isinstance(value, list | tuple | bytes) else [value]
        return "".join(self.scalar(tag, "", item) for item in items)


def _fits(cim_type: str, value: CimValue) -> bool:
    if cim_type in _INTEGERS:
        signed, bits = _INTEGERS[cim_type]
        low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
        return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
    expected: dict[str, type | tuple[type, ...]] = {
        "": object,
        "string": str,
        "boolean": bool,
        "real32": (float, int),
        "real64": (float, int),
        "datetime": (datetime, timedelta),
        "reference": Ref,
        "instance": Embedded,
    }
    return isinstance(value, expected[cim_type])


def datetime_text(value: datetime) -> str:
    """``2013-04-15T16:28:39.5Z``: no trailing zeros, ``Z`` for UTC (and for naive values) or the offset."""
    offset = value.utcoffset() or timedelta()
    fraction = f".{value.microsecond:06d}".rstrip("0").rstrip(".")
    minutes = abs(offset) // timedelta(minutes=1)
    zone = f"{'+' if offset > timedelta() else '-'}{minutes // 60:02d}:{minutes % 60:02d}" if offset else "Z"
    return f"{value:%Y-%m-%dT%H:%M:%S}{fraction}{zone}"


def interval_text(value: timedelta) -> str:
    """``P0DT0H1M40S``."""
    hours, seconds = divmod(value.seconds, 3600)
    fraction = f".{value.microseconds:06d}".rstrip("0").rstrip(".")
    return f"P{value.days}DT{hours}H{seconds // 60}M{seconds % 60}{fraction}S"


def parse_input(
    body: ElementTree.Element, cim_class: CimClass, method: str, declared: Sequence[Property], dialect: Dialect
) -> dict[str, CimValue]:
    """The parameters in ``<Method>_INPUT``; what is not sent is not in the result."""
    if len(body) != 1:
        raise schema_violation(f"The body must contain {method}_INPUT.")
    namespace, _unused, local = body[0].tag.rpartition("}")
    if local != f"{method}_INPUT":
        raise schema_violation(f"The body contains {local} where {method}_INPUT is expected.")
    _check_namespace(namespace[1:], dialect.uri(cim_class.name))
    return _children(body[0], declared, f"{cim_class.name}.{method}")


def parse_instance(body: ElementTree.Element, cim_class: CimClass, dialect: Dialect) -> dict[str, CimValue]:
    """The properties in the body of Put or Create."""
    if len(body) != 1:
        raise schema_violation(f"The body must contain one instance of {cim_class.name}.")
    namespace, _unused, local = body[0].tag.rpartition("}")
    if local != cim_class.name:
        raise WSManFault(
            faults.INVALID_REPRESENTATION,
            "x:InvalidRepresentation",
            f"The input XML is no instance of {cim_class.name}.",
            detail=faults.DETAIL + "InvalidValues",
        )
    _check_namespace(namespace[1:], dialect.uri(cim_class.name))
    return _children(body[0], cim_class.properties, cim_class.name)


def _check_namespace(namespace: str, expected: str) -> None:
    if namespace.lower() != expected.lower():
        raise WSManFault(
            faults.INVALID_XML_NAMESPACE,
            "x:InvalidRepresentation",
            f"The XML namespace {namespace or '(none)'} for the input XML is invalid.",
            detail=faults.DETAIL + "InvalidNamespace",
        )


def _children(parent: ElementTree.Element, declared: Sequence[Property], owner: str) -> dict[str, CimValue]:
    by_name = {p.name: p for p in declared}
    namespace = parent.tag.rpartition("}")[0]
    values: dict[str, CimValue] = {}
    for child in parent:
        child_namespace, _unused, name = child.tag.rpartition("}")
        if child_namespace != namespace:
            _check_namespace(child_namespace[1:], namespace[1:])
        if name not in by_name:
            raise WSManFault(
                faults.INVALID_PARAMETER_NAME,
                "w:InvalidParameter",
                f"A parameter name is invalid: {owner} has no {name}",
            )
        prop = by_name[name]
        value = None if child.get(_NIL) in ("true", "1") else _parse(child, prop)
        if prop.array and value is not None:
            values.setdefault(name, []).append(value)
        elif name in values:
            raise _mismatch(prop)
        else:
            values[name] = value
    return {
        name: bytes(value) if by_name[name].type == "uint8" and isinstance(value, list) else value
        for name, value in values.items()
    }


def _mismatch(prop: Property) -> WSManFault:
    declared = f"{prop.type}[]" if prop.array else prop.type
    return WSManFault(
        faults.PARAMETER_TYPE_MISMATCH,
        "w:InvalidParameter",
        f"A parameter that is required for the operation is not the correct type: {prop.name} is {declared}.",
    )


def _parse(element: ElementTree.Element, prop: Property) -> CimValue:
    if prop.type == "reference":
        return parse_reference(element)
    if prop.type == "instance":
        return parse_embedded(element, prop)
    if prop.type == "datetime":
        return _parse_datetime(element, prop)
    text = element.text or ""
    if len(element):
        raise _mismatch(prop)
    if prop.type == "string":
        return text
    if prop.type == "boolean" and text in ("true", "false", "1", "0"):
        return text in ("true", "1")
    if prop.type in _INTEGERS and _INTEGER.fullmatch(text) and _fits(prop.type, int(text)):
        return int(text)
    if prop.type in ("real32", "real64") and _REAL.fullmatch(text):
        return float(text)
    raise _mismatch(prop)


def _parse_datetime(element: ElementTree.Element, prop: Property) -> datetime | timedelta:
    if len(element) == 1 and element[0].tag == q("cim:Datetime"):
        text = (element[0].text or "").strip()
        try:
            value = datetime.fromisoformat(text)
        except ValueError:
            raise _mismatch(prop) from None
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if len(element) == 1 and element[0].tag == q("cim:Interval"):
        seconds = parse_duration((element[0].text or "").strip())
        if seconds is not None:
            return timedelta(seconds=seconds)
    raise _mismatch(prop)


def parse_embedded(element: ElementTree.Element, prop: Property) -> Embedded:
    """A nested instance: ``xsi:type="p1:Class_Type"`` and children in the namespace of that class.

    Leaf values stay text: the class of an embedded instance is the provider's business.
    """
    class_name = element.get(_TYPE, "").rpartition(":")[2].removesuffix("_Type")
    namespaces = {child.tag.rpartition("}")[0][1:] for child in element}
    if not class_name or any(uri.rpartition("/")[2].lower() != class_name.lower() for uri in namespaces):
        raise _mismatch(prop)
    properties: dict[str, CimValue] = {}
    for child in element:
        name = child.tag.rpartition("}")[2]
        value: CimValue = child.text or ""
        if child.get(_NIL) in ("true", "1"):
            value = None
        elif child.get(_TYPE) and len(child) and child[0].tag not in (q("cim:Datetime"), q("cim:Interval")):
            value = parse_embedded(child, prop)
        elif len(child):
            value = _parse_datetime(child, prop)
        if name in properties:
            earlier = properties[name]
            properties[name] = [*(earlier if isinstance(earlier, list) else [earlier]), value]
        else:
            properties[name] = value
    return Embedded(class_name, properties)


def selected_keys(cim_class: CimClass, row: Mapping[str, CimValue]) -> dict[str, CimValue]:
    """The key properties of an instance."""
    return {p.name: row.get(p.name) for p in cim_class.properties if p.key}
