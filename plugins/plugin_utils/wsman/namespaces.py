# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""XML namespaces, resource URIs and actions of WS-Management on Windows ([MS-WSMV] 2.2.1, DSP0226)."""

from __future__ import annotations

from xml.etree import ElementTree

SOAP = "http://www.w3.org/2003/05/soap-envelope"
ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
WSMAN = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
MS_WSMAN = "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd"
ENUMERATION = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
IDENTITY = "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"
SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
CIM = "http://schemas.dmtf.org/wbem/wscim/1/common"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XML = "http://www.w3.org/XML/1998/namespace"

ANONYMOUS = ADDRESSING + "/role/anonymous"
CMD_SHELL = SHELL + "/cmd"
CONFIG = "http://schemas.microsoft.com/wbem/wsman/1/config"
WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/"
WQL = "http://schemas.microsoft.com/wbem/wsman/1/WQL"

for _prefix, _uri in {
    "s": SOAP,
    "a": ADDRESSING,
    "w": WSMAN,
    "p": MS_WSMAN,
    "n": ENUMERATION,
    "wsmid": IDENTITY,
    "rsp": SHELL,
    "cim": CIM,
}.items():
    ElementTree.register_namespace(_prefix, _uri)


def local_name(element: ElementTree.Element) -> str:
    """Return the element's name without its namespace, which differs between Windows versions and kinds of answers."""
    return element.tag.rpartition("}")[2]
