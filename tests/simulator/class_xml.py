# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The definition of a class as the bare CIM-XML ``<CLASS>`` that Get on ``cim-xml/2/cim-schema/2/*`` answers."""

from __future__ import annotations

from tests.simulator.model import CimClass, Property
from tests.simulator.soap import attribute


def class_definition(cim_class: CimClass) -> str:
    """Properties, keys and method signatures of a class."""
    properties = "".join(_property(p) for p in cim_class.properties)
    methods = "".join(
        f'<METHOD NAME="{attribute(m.name)}" TYPE="uint32">'
        + (_qualifier("Static") if m.static else "")
        + "".join(_parameter(p, "In") for p in m.parameters)
        + "".join(_parameter(p, "Out") for p in m.results if p.name != "ReturnValue")
        + "</METHOD>"
        for m in cim_class.methods
    )
    return f'<CLASS NAME="{attribute(cim_class.name)}">{properties}{methods}</CLASS>'


def _qualifier(name: str) -> str:
    return f'<QUALIFIER NAME="{name}" TYPE="boolean"><VALUE>true</VALUE></QUALIFIER>'


def _property(prop: Property) -> str:
    key = _qualifier("key") if prop.key else ""
    name = attribute(prop.name)
    if prop.type == "reference":
        return f'<PROPERTY.REFERENCE NAME="{name}">{key}</PROPERTY.REFERENCE>'
    tag = "PROPERTY.ARRAY" if prop.array else "PROPERTY"
    embedded = ' EmbeddedObject="instance"' if prop.type == "instance" else ""
    cim_type = "string" if embedded else prop.type
    return f'<{tag} NAME="{name}" TYPE="{cim_type}"{embedded}>{key}</{tag}>'


def _parameter(parameter: Property, direction: str) -> str:
    tag = "PARAMETER.ARRAY" if parameter.array else "PARAMETER"
    cim_type = "string" if parameter.type in ("instance", "reference") else parameter.type
    return f'<{tag} NAME="{attribute(parameter.name)}" TYPE="{cim_type}">{_qualifier(direction)}</{tag}>'
