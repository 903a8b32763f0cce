# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CIM operations of one host: Get, Put, Create, Delete, Enumerate and methods, on WMI and DMTF resource URIs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from tests.simulator import faults, values_xml, wql
from tests.simulator.class_xml import class_definition
from tests.simulator.enumeration import Enumerate, Enumerations, parse_enumerate
from tests.simulator.faults import WSManFault
from tests.simulator.model import CimClass, CimFailure, CimValue, Method, Ref, Row, Windows
from tests.simulator.soap import CIM_URI, NAMESPACES, WMI_URI, Request, normal_namespace, split_resource_uri
from tests.simulator.values_xml import Dialect

TRANSFER = NAMESPACES["x"]
ENUMERATION = NAMESPACES["n"]
# Namespaces of MI providers, whose faults are MSFT_WmiError; the others belong to classic WMI providers.
_MI_NAMESPACES = ("root/microsoft/", "root/standardcimv2")


@dataclass(frozen=True)
class Answer:
    """The body of a response; ``prefixes`` are the namespaces its envelope declares."""

    action: str
    body: str
    prefixes: str


@dataclass
class Operations:
    """The WMI plugin of one host."""

    windows: Windows
    denied_namespaces: frozenset[str] = frozenset()
    failing_namespaces: Mapping[str, WSManFault] = field(default_factory=dict)
    enumerations: Enumerations = field(default_factory=Enumerations)

    def handle(self, request: Request) -> Answer:
        """Answer one request; raises :class:`WSManFault`."""
        action = request.action
        if action == f"{ENUMERATION}/Pull":
            return Answer(f"{action}Response", self.enumerations.pull(request), "n w p")
        if action == f"{ENUMERATION}/Release":
            self.enumerations.release(request)
            return Answer(f"{action}Response", "", "n w p")
        target = self._target(request)
        if action == f"{ENUMERATION}/Enumerate":
            return Answer(f"{action}Response", self._enumerate(request, target), "n w p")
        transfer: dict[str, Callable[[Request, _Target], str]] = {
            f"{TRANSFER}/Get": self._get,
            f"{TRANSFER}/Put": self._put,
            f"{TRANSFER}/Create": self._create,
            f"{TRANSFER}/Delete": self._delete,
        }
        if action in transfer:
            return Answer(f"{action}Response", transfer[action](request, target), "x w p")
        prefix, _unused, method = action.rpartition("/")
        if prefix.lower() != request.resource_uri.lower() or not method:
            raise faults.action_not_supported(action)
        return Answer(f"{action}Response", self._invoke(request, target, method), "w p")

    def _target(self, request: Request) -> _Target:
        if request.resource_uri.lower().startswith("http://schemas.dmtf.org/wbem/cim-xml/2/cim-schema/2/"):
            named = {name.lower(): str(value) for name, value in request.selectors.items()}
            namespace, class_name = named.get("__cimnamespace", ""), named.get("classname", "")
            target = self._resolve(namespace, class_name, dmtf=True, precise=False)
            target.definition = True
            return target
        namespace, class_name = split_resource_uri(request.resource_uri, request.selectors)
        dmtf = not request.resource_uri.lower().startswith(WMI_URI) and request.resource_uri.startswith(CIM_URI)
        precise = request.options.get("msftwinrm:UsePreciseArrays", "").lower() == "true"
        target = self._resolve(namespace, class_name, dmtf, precise)
        target.selectors = {n: v for n, v in request.selectors.items() if n.lower() != "__cimnamespace"}
        return target

    def _resolve(self, namespace: str, class_name: str, dmtf: bool, precise: bool) -> _Target:
        normal = normal_namespace(namespace)
        as_element = self.windows.misbehaves("empty_array")
        target = _Target(Dialect(namespace.replace("\\", "/"), dmtf, precise, as_element), normal)
        if normal in self.failing_namespaces:
            raise self.failing_namespaces[normal]
        if normal in self.denied_namespaces:
            raise target.failure(faults.WBEM_ACCESS_DENIED, service=True)
        classes = self.windows.classes(normal)
        if classes is None:
            raise target.failure(faults.WBEM_INVALID_NAMESPACE)
        target.classes = classes
        if class_name != "*":
            cim_class = classes.get(class_name.lower())
            if cim_class is None:
                text = f"The class {class_name} does not exist in the {namespace} namespace. " if target.mi else ""
                raise target.failure(faults.WBEM_INVALID_CLASS, text)
            target.cim_class = cim_class
        return target

    def _get(self, request: Request, target: _Target) -> str:
        cim_class = target.one_class()
        if target.definition:
            return class_definition(cim_class)
        with target.provider():
            row = _find(self.windows, cim_class, target.keys(cim_class))
        return values_xml.instance(cim_class, row, target.dialect)

    def _put(self, request: Request, target: _Target) -> str:
        cim_class = target.one_class()
        keys = target.keys(cim_class)
        changes = values_xml.parse_instance(request.body, cim_class, target.dialect)
        for prop in cim_class.properties:
            sent = prop.key and prop.name in changes and prop.name in keys
            if sent and not _same_key(changes[prop.name], keys[prop.name]):
                text = f"The key {prop.name} differs from its selector. "
                detail = faults.DETAIL + "InvalidValues"
                raise WSManFault(faults.INVALID_REPRESENTATION, "x:InvalidRepresentation", text, detail=detail)
        with target.provider():
            _find(self.windows, cim_class, keys)
            cim_class.put(self.windows, keys, changes)
            row = _find(self.windows, cim_class, keys)
        return values_xml.instance(cim_class, row, target.dialect)

    def _create(self, request: Request, target: _Target) -> str:
        cim_class = target.one_class()
        if target.selectors:
            raise faults.unexpected_selectors()
        row = values_xml.parse_instance(request.body, cim_class, target.dialect)
        with target.provider():
            keys = cim_class.create(self.windows, row)
        ref = Ref(target.dialect.namespace, cim_class.name, keys)
        return f"<x:ResourceCreated>{values_xml.endpoint_reference(ref, target.dialect)}</x:ResourceCreated>"

    def _delete(self, request: Request, target: _Target) -> str:
        cim_class = target.one_class()
        keys = target.keys(cim_class)
        with target.provider():
            _find(self.windows, cim_class, keys)
            cim_class.delete(self.windows, keys)
        return ""

    def _invoke(self, request: Request, target: _Target, name: str) -> str:
        cim_class = target.one_class()
        method = next((m for m in cim_class.methods if m.name.lower() == name.lower()), None)
        if method is None:
            raise target.failure(faults.WBEM_INVALID_METHOD)
        keys = self._method_keys(cim_class, method, target)
        values = values_xml.parse_input(request.body, cim_class, method.name, method.parameters, target.dialect)
        with target.provider():
            if keys:
                _find(self.windows, cim_class, keys)
            results = method.call(self.windows, keys, values)
        return values_xml.output(cim_class, method.name, method.results, results, target.dialect)

    def _method_keys(self, cim_class: CimClass, method: Method, target: _Target) -> dict[str, str]:
        if method.static:
            if target.selectors:
                raise faults.unexpected_selectors()
            return {}
        if not target.selectors and not cim_class.singleton:
            raise target.failure(faults.WBEM_INVALID_METHOD_PARAMETERS)
        return target.keys(cim_class)

    def _enumerate(self, request: Request, target: _Target) -> str:
        wanted = parse_enumerate(request)
        if target.selectors:
            text = "The resource URI for an Enumerate operation must not contain keys. "
            detail = faults.DETAIL + "UnexpectedSelectors"
            raise WSManFault(faults.ENUMERATE_WMI_INVALID_KEY, "w:InvalidSelectors", text, detail=detail)
        if (wanted.query is None) == (target.cim_class is None):
            text = "The class name in the resource URI must be '*' with a WQL filter, and only with one. "
            raise WSManFault(faults.INVALID_URI_WMI_ENUM_WQL, "n:CannotProcessFilter", text)
        if wanted.query is not None:
            items = self._query_items(wanted.query, wanted, target)
        else:
            cim_class = target.one_class()
            with target.provider():
                rows = list(cim_class.instances(self.windows))
            items = [_item(cim_class, row, (), wanted, target) for row in rows]
        if wanted.query is not None and not items and self.windows.misbehaves("query_without_result"):
            raise target.query_failure(faults.WBEM_NOT_FOUND, "Not found ", wanted.query)
        return self.enumerations.open(items, wanted, request)

    def _query_items(self, text: str, wanted: Enumerate, target: _Target) -> list[Callable[[], str]]:
        try:
            query = wql.parse(text)
        except wql.InvalidQuery as error:
            raise target.query_failure(faults.WBEM_INVALID_QUERY, f"Invalid query: {error} ", text) from error
        cim_class = target.classes.get(query.class_name.lower())
        if cim_class is None:
            raise target.query_failure(faults.WBEM_INVALID_CLASS, "", text)
        try:
            names, matches = query.selected(cim_class), query.predicate(cim_class)
        except wql.InvalidQuery as error:
            raise target.query_failure(faults.WBEM_INVALID_QUERY, f"Invalid query: {error} ", text) from error
        with target.provider():
            rows = self._candidates(cim_class, query)
            return [_item(cim_class, row, names, wanted, target) for row in rows if matches(row)]

    def _candidates(self, cim_class: CimClass, query: wql.Query) -> list[Row]:
        keys = query.bound_keys(cim_class) if cim_class.get is not None else None
        if keys is None and (values := query.bound(cim_class.indexed)) is not None:
            return list(cim_class.search(self.windows, values))
        if keys is None:
            return list(cim_class.instances(self.windows))
        try:
            return [_find(self.windows, cim_class, keys)]
        except CimFailure as failure:
            if failure.hresult == faults.WBEM_NOT_FOUND:
                return []
            raise


@dataclass
class _Target:
    """What a request is about: namespace, class, keys, and the dialect to answer in."""

    dialect: Dialect
    namespace: str
    classes: Mapping[str, CimClass] = field(default_factory=dict)
    cim_class: CimClass | None = None
    selectors: dict[str, str | Ref] = field(default_factory=dict)
    definition: bool = False

    @property
    def mi(self) -> bool:
        """Whether faults come from the MI stack."""
        return self.dialect.dmtf or self.namespace.startswith(_MI_NAMESPACES)

    def one_class(self) -> CimClass:
        """The class of the URI, which must not be ``*``."""
        if self.cim_class is None:
            raise faults.wmi_plugin(faults.WBEM_INVALID_CLASS, "")
        return self.cim_class

    def keys(self, cim_class: CimClass) -> dict[str, str]:
        """The selectors under the names of the class's keys, all of them and nothing else."""
        names = {p.name.lower(): p.name for p in cim_class.properties if p.key}
        if cim_class.singleton and not self.selectors:
            return {}
        if any(name.lower() not in names for name in self.selectors):
            raise faults.unexpected_selectors()
        if len(self.selectors) < len(names) or not names:
            raise faults.insufficient_selectors()
        return {names[name.lower()]: value for name, value in self.selectors.items()}  # type: ignore[misc]

    def failure(self, hresult: int, text: str = "", *, service: bool = False) -> WSManFault:
        """The fault for an HRESULT in the dialect of the provider."""
        if self.mi:
            return faults.mi_error(hresult, text)
        return faults.wmi_plugin(hresult, text, service=service)

    def query_failure(self, hresult: int, text: str, query: str) -> WSManFault:
        """The fault for a query WMI refuses."""
        return faults.mi_error(hresult, text) if self.dialect.dmtf else faults.wmi_plugin(hresult, text, query=query)

    def provider(self) -> _Provider:
        """A context in which a provider's :class:`CimFailure` becomes a fault."""
        return _Provider(self)


@dataclass(frozen=True)
class _Provider:
    target: _Target

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, CimFailure):
            raise self.target.failure(error.hresult, error.message) from error


def _item(
    cim_class: CimClass, row: Row, names: tuple[str, ...], wanted: Enumerate, target: _Target
) -> Callable[[], str]:
    return partial(_write_item, cim_class, row, names, wanted.mode, target.dialect)


def _write_item(cim_class: CimClass, row: Row, names: tuple[str, ...], mode: str, dialect: Dialect) -> str:
    epr = ""
    if mode != "EnumerateObject":
        ref = Ref(dialect.namespace, cim_class.name, values_xml.selected_keys(cim_class, row))
        epr = f"<a:EndpointReference>{values_xml.endpoint_reference(ref, dialect)}</a:EndpointReference>"
    if mode == "EnumerateEPR":
        return epr
    if names:
        written = values_xml.fragment(cim_class, row, names, dialect)
    else:
        written = values_xml.instance(cim_class, row, dialect)
    return f"<w:Item>{written}{epr}</w:Item>" if epr else written


def _find(windows: Windows, cim_class: CimClass, keys: Mapping[str, str]) -> Row:
    if cim_class.get is not None and keys:
        return cim_class.get(windows, keys)
    for row in cim_class.instances(windows):
        if all(_same_key(row.get(name), value) for name, value in keys.items()):
            return row
    raise CimFailure(faults.WBEM_NOT_FOUND)


def _same_key(value: CimValue, selector: str | Ref) -> bool:
    if isinstance(value, Ref) and isinstance(selector, Ref):
        return (
            value.class_name.lower() == selector.class_name.lower()
            and normal_namespace(value.namespace) == normal_namespace(selector.namespace)
            and {n.lower(): str(v).lower() for n, v in value.keys.items()}
            == {n.lower(): str(v).lower() for n, v in selector.keys.items()}
        )
    if isinstance(value, Ref) or isinstance(selector, Ref):
        return False
    return values_xml.key_text(value).lower() == values_xml.key_text(selector).lower()
