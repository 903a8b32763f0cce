# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows' SOAP faults in both dialects: ``f:WSManFault`` (WinRM, WMI plugin) and ``p:MSFT_WmiError`` (MI providers).

Codes are those of ``wsmerror.h``, ``winerror.h`` and the WBEMSTATUS enumeration.
"""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

DETAIL = "http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/"

RESOURCE_NOT_FOUND = 0x80338000
SOAP_VERSION_MISMATCH = 0x8033800D
INVALID_MESSAGE_INFORMATION_HEADER = 0x8033800F
MUST_UNDERSTAND = 0x80338010
MESSAGE_INFORMATION_HEADER_REQUIRED = 0x80338011
ACTION_NOT_SUPPORTED = 0x80338013
INVALID_REPRESENTATION = 0x80338015
FILTER_DIALECT_REQUESTED_UNAVAILABLE = 0x80338019
CANNOT_PROCESS_FILTER = 0x8033801A
INVALID_ENUMERATION_CONTEXT = 0x8033801B
INVALID_SOAP_BODY = 0x80338027
OPERATION_TIMEDOUT = 0x80338029
ALREADY_EXISTS = 0x80338033
ENCODING_LIMIT = 0x80338035
INCOMPATIBLE_EPR = 0x80338037
INVALID_RESOURCE_URI = 0x8033803B
SCHEMA_VALIDATION_ERROR = 0x80338041
INVALID_XML = 0x80338043
MAX_ENVELOPE_SIZE_EXCEEDED = 0x80338048
OPTIONS_NOT_SUPPORTED = 0x80338051
OPTIONS_INVALID_VALUE = 0x80338053
PARAMETER_TYPE_MISMATCH = 0x80338054
INVALID_PARAMETER_NAME = 0x80338055
INVALID_XML_NAMESPACE = 0x80338058
INSUFFICIENT_SELECTORS = 0x8033805A
UNEXPECTED_SELECTORS = 0x8033805B
DUPLICATE_SELECTORS = 0x8033805F
MIN_ENVELOPE_SIZE = 0x8033807E
INVALID_TIMEOUT_HEADER = 0x80338081
ENUMERATION_MODE_UNSUPPORTED = 0x80338086
MUSTUNDERSTAND_ON_LOCALE = 0x80338087
INVALID_URI_WMI_ENUM_WQL = 0x803380FB
WMI_PROVIDER_NOT_CAPABLE = 0x80338102
WMI_SERVICE_ACCESS_DENIED = 0x80338104
WMI_PROVIDER_ACCESS_DENIED = 0x80338105
WMI_CANNOT_CONNECT_ACCESS_DENIED = 0x80338106
ENUMERATE_WMI_INVALID_KEY = 0x80338108
WMI_PROVIDER_INVALID_PARAMETER = 0x8033811E
CIMNAMESPACE_MISMATCH = 0x8033813B
QUOTA_MAX_SHELLS = 0x803381A5
QUOTA_MAX_OPERATIONS = 0x803381A6

E_ACCESSDENIED = 0x80070005
BROKEN_PIPE = 0x8007006D
INVALID_PARAMETER = 87

WBEM_NOT_FOUND = 0x80041002
WBEM_ACCESS_DENIED = 0x80041003
WBEM_INVALID_PARAMETER = 0x80041008
WBEM_NOT_SUPPORTED = 0x8004100C
WBEM_INVALID_NAMESPACE = 0x8004100E
WBEM_INVALID_CLASS = 0x80041010
WBEM_INVALID_QUERY = 0x80041017
WBEM_ALREADY_EXISTS = 0x80041019
WBEM_PROVIDER_NOT_CAPABLE = 0x80041024
WBEM_INVALID_METHOD = 0x8004102E
WBEM_INVALID_METHOD_PARAMETERS = 0x8004102F

_TEXTS = {
    RESOURCE_NOT_FOUND: "The service cannot find the resource identified by the resource URI and selectors. ",
    CANNOT_PROCESS_FILTER: "The data source could not process the filter. The filter might be missing or it might be "
    "invalid. Change the filter and try the request again.  ",
    WMI_SERVICE_ACCESS_DENIED: "The WMI service returned an 'access denied' error. ",
    WMI_PROVIDER_ACCESS_DENIED: "The WMI provider returned an 'access denied' error. ",
    WMI_CANNOT_CONNECT_ACCESS_DENIED: "An 'access denied' error was received when connecting to the WMI service on the "
    "computer specified. ",
    WMI_PROVIDER_INVALID_PARAMETER: "The WMI provider returned an 'invalid parameter' error. ",
    WMI_PROVIDER_NOT_CAPABLE: "The WMI provider could not perform the requested operation. ",
    WBEM_NOT_FOUND: "Not found ",
    WBEM_ACCESS_DENIED: "Access denied ",
    WBEM_INVALID_NAMESPACE: "Invalid namespace ",
    WBEM_INVALID_CLASS: "The specified class does not exist in the given namespace. ",
    WBEM_INVALID_QUERY: "Invalid query ",
    WBEM_INVALID_METHOD: "Invalid method ",
    WBEM_INVALID_METHOD_PARAMETERS: "Invalid method Parameter(s) ",
}

_FAULT_ACTIONS = {
    "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing/fault",
    "n": "http://schemas.xmlsoap.org/ws/2004/09/enumeration/fault",
    "x": "http://schemas.xmlsoap.org/ws/2004/09/transfer/fault",
}


class WSManFault(Exception):
    """A fault to answer with.

    ``subcode`` is a QName (``w:InvalidSelectors``), ``value`` SOAP's own code (by default Sender), ``detail`` a
    w:FaultDetail URI and ``inner`` the XML in s:Detail where it is not the plain ``f:WSManFault``.
    """

    def __init__(
        self, code: int, subcode: str, text: str, *, value: str = "s:Sender", detail: str = "", inner: str = ""
    ) -> None:
        super().__init__(f"{code} {subcode}: {text}")
        self.code = code
        self.subcode = subcode
        self.text = text
        self.value = value
        self.detail = detail
        self.inner = inner

    @property
    def action(self) -> str:
        """The a:Action of the fault message."""
        return _FAULT_ACTIONS.get(self.subcode.partition(":")[0], "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault")

    def body(self, machine: str, language: str) -> str:
        """The s:Fault element; ``machine`` is the host's name in ``f:WSManFault``."""
        subcode = f"<s:Subcode><s:Value>{self.subcode}</s:Value></s:Subcode>" if self.subcode else ""
        detail = f"<w:FaultDetail>{escape(self.detail)}</w:FaultDetail>" if self.detail else ""
        reason = f"<s:Reason><s:Text xml:lang={quoteattr(language)}>{escape(self.text)}</s:Text></s:Reason>"
        inner = self.inner.replace("{machine}", machine) or _wsman_fault(self.code, machine, escape(self.text))
        return (
            f"<s:Fault><s:Code><s:Value>{self.value}</s:Value>{subcode}</s:Code>{reason}"
            f"<s:Detail>{detail}{inner}</s:Detail></s:Fault>"
        )


def _wsman_fault(code: int, machine: str, message: str) -> str:
    return (
        '<f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" '
        f'Code="{code}" Machine={quoteattr(machine)}><f:Message>{message}</f:Message></f:WSManFault>'
    )


def unexpected_selectors(text: str = "") -> WSManFault:
    """A selector the resource does not have, or an unknown shell or command identifier."""
    standard = "The request contained invalid selectors for the resource. "
    inner = _wsman_fault(UNEXPECTED_SELECTORS, "{machine}", escape(text or standard))
    detail = DETAIL + "UnexpectedSelectors"
    return WSManFault(UNEXPECTED_SELECTORS, "w:InvalidSelectors", standard, detail=detail, inner=inner)


def insufficient_selectors() -> WSManFault:
    """A key of the class without selector."""
    text = "The request did not contain all required selectors. "
    return WSManFault(INSUFFICIENT_SELECTORS, "w:InvalidSelectors", text, detail=DETAIL + "InsufficientSelectors")


def action_not_supported(action: str) -> WSManFault:
    """An action URI the resource does not have."""
    text = "The WS-Management service does not support the action specified in the request. "
    return WSManFault(ACTION_NOT_SUPPORTED, "a:ActionNotSupported", text, detail=action)


def timed_out() -> WSManFault:
    """Nothing to answer within w:OperationTimeout."""
    text = "The WS-Management service cannot complete the operation within the time specified in OperationTimeout.  "
    return WSManFault(OPERATION_TIMEDOUT, "w:TimedOut", text, value="s:Receiver")


def shell_provider(code: int, text: str, subcode: str = "w:InternalError") -> WSManFault:
    """What winrscmd.dll refuses."""
    provider = (
        r'<f:ProviderFault provider="Shell cmd plugin" path="%systemroot%\system32\winrscmd.dll">'
        f"{escape(text)}</f:ProviderFault>"
    )
    value = "s:Receiver" if subcode == "w:InternalError" else "s:Sender"
    return WSManFault(code, subcode, text, value=value, inner=_wsman_fault(code, "{machine}", provider))


def quota(shells: bool, mi_error: bool) -> WSManFault:
    """Too many shells or operations of this user; Windows uses either dialect for it."""
    code = QUOTA_MAX_SHELLS if shells else QUOTA_MAX_OPERATIONS
    what = "shells" if shells else "operations"
    text = f"The maximum number of concurrent {what} for this user has been exceeded. "
    if mi_error:
        subcode, value = "w:QuotaLimit", "s:Sender"
        return WSManFault(code, subcode, text, value=value, inner=_wmi_error(code, text, cim_status=27, category=30))
    return WSManFault(code, "w:InternalError", text, value="s:Receiver")


def wmi_plugin(hresult: int, text: str, *, query: str | None = None, service: bool = False) -> WSManFault:
    """The WMI plugin's fault for an HRESULT of the WMI service or a classic provider (``f:ProviderFault``).

    ``query`` is the WQL text that failed; ``service``: the WMI service refused, not the provider.
    """
    text = text or _TEXTS.get(hresult, f"HRESULT = 0x{hresult:08X} ")
    if query is not None:
        return _provider_fault(CANNOT_PROCESS_FILTER, "n:CannotProcessFilter", CANNOT_PROCESS_FILTER, text, query)
    if hresult == WBEM_NOT_FOUND:
        return WSManFault(RESOURCE_NOT_FOUND, "a:DestinationUnreachable", _TEXTS[RESOURCE_NOT_FOUND])
    if hresult in (WBEM_INVALID_NAMESPACE, WBEM_INVALID_CLASS):
        return _provider_fault(RESOURCE_NOT_FOUND, "a:DestinationUnreachable", hresult, text)
    if hresult in (WBEM_ACCESS_DENIED, E_ACCESSDENIED):
        code = WMI_SERVICE_ACCESS_DENIED if service else WMI_PROVIDER_ACCESS_DENIED
        return _provider_fault(code, "w:AccessDenied", code, _TEXTS[code])
    if hresult == WBEM_ALREADY_EXISTS:
        return _provider_fault(ALREADY_EXISTS, "w:AlreadyExists", hresult, text)
    if hresult == WBEM_INVALID_PARAMETER:
        return _provider_fault(WMI_PROVIDER_INVALID_PARAMETER, "w:InternalError", hresult, text)
    if hresult in (WBEM_NOT_SUPPORTED, WBEM_PROVIDER_NOT_CAPABLE):
        return _provider_fault(WMI_PROVIDER_NOT_CAPABLE, "w:InternalError", hresult, text)
    return _provider_fault(hresult, "w:InternalError", hresult, text)


def _provider_fault(code: int, subcode: str, inner_code: int, text: str, query: str | None = None) -> WSManFault:
    extended = ""
    if query is not None:
        extended = (
            '<f:ExtendedError><p:__ExtendedStatus xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
            'xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/__ExtendedStatus" '
            'xmlns:cim="http://schemas.dmtf.org/wbem/wscim/1/common" xsi:type="p:__ExtendedStatus_Type">'
            '<p:Description xsi:nil="true"/><p:Operation>ExecQuery</p:Operation>'
            f"<p:ParameterInfo>{escape(query)}</p:ParameterInfo><p:ProviderName>WinMgmt</p:ProviderName>"
            '<p:StatusCode xsi:nil="true"/></p:__ExtendedStatus></f:ExtendedError>'
        )
    provider = (
        r'<f:ProviderFault provider="WMI Provider" path="%systemroot%\system32\WsmWmiPl.dll">'
        f"{_wsman_fault(inner_code, '{machine}', escape(text))}{extended}</f:ProviderFault>"
    )
    value = "s:Receiver" if subcode == "w:InternalError" else "s:Sender"
    inner = _wsman_fault(code, "{machine}", provider)
    return WSManFault(code, subcode, _TEXTS.get(code, text), value=value, inner=inner)


def mi_error(hresult: int, text: str) -> WSManFault:
    """The fault of an MI provider: ``p:MSFT_WmiError`` in s:Detail and an empty reason."""
    text = text or _TEXTS.get(hresult, f"HRESULT = 0x{hresult:08X} ")
    denied = hresult in (WBEM_ACCESS_DENIED, E_ACCESSDENIED)
    status = {WBEM_ACCESS_DENIED: 2, E_ACCESSDENIED: 2, WBEM_INVALID_NAMESPACE: 3, WBEM_INVALID_PARAMETER: 4}
    status |= {WBEM_INVALID_CLASS: 5, WBEM_NOT_FOUND: 6, WBEM_NOT_SUPPORTED: 7, WBEM_ALREADY_EXISTS: 11}
    status |= {WBEM_INVALID_QUERY: 15, WBEM_INVALID_METHOD: 17}
    return WSManFault(
        hresult,
        "w:AccessDenied" if denied else "w:InternalError",
        "",
        value="s:Sender" if denied else "s:Receiver",
        inner=_wmi_error(hresult, text, cim_status=status.get(hresult, 1), category=0),
    )


def typed_error(type: str, code: int) -> WSManFault:
    """A fault whose code is of one type: ``WSMAN`` (wsmerror.h), or an MI result type: ``MI``, ``HRESULT``, ``WIN32``.

    The types are those of MI_Context_PostErrorMessage. The code of ``MI`` is an MI_Result, which has the numbers of
    CIMStatusCode (DSP0200): the 5 of an MI result is an invalid class, that of a Win32 error a denied access.
    """
    if type == "WSMAN":
        return WSManFault(code, "w:InternalError", _TEXTS.get(code, ""), value="s:Receiver")
    status = code if type == "MI" else 1
    inner = _wmi_error(code, "", cim_status=status, category=0, kind=type)
    return WSManFault(code, "w:InternalError", "", value="s:Receiver", inner=inner)


_MESSAGE_IDS = {"HRESULT": "HRESULT 0x{0:08x}", "MI": "MI RESULT {0}", "WIN32": "WINDOWS System Error {0}"}


def _wmi_error(code: int, text: str, cim_status: int, category: int, kind: str = "HRESULT") -> str:
    def value(name: str, cim_type: str, content: str | None) -> str:
        if content is None:
            return f'<p:{name} xsi:type="cim:{cim_type}" xsi:nil="true"/>'
        return f'<p:{name} xsi:type="cim:{cim_type}">{escape(content)}</p:{name}>'

    return (
        '<p:MSFT_WmiError b:IsCIM_Error="true" xmlns:b="http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd" '
        'xmlns:p="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/MSFT_WmiError" '
        'xmlns:cim="http://schemas.dmtf.org/wbem/wscim/1/common" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="p:MSFT_WmiError_Type">'
        + value("CIMStatusCode", "cimUnsignedInt", str(cim_status))
        + value("CIMStatusCodeDescription", "cimString", None)
        + value("ErrorSource", "cimString", None)
        + value("ErrorSourceFormat", "cimUnsignedShort", "0")
        + value("ErrorType", "cimUnsignedShort", "0")
        + value("Message", "cimString", text)
        + value("MessageID", "cimString", _MESSAGE_IDS[kind].format(code))
        + value("OtherErrorSourceFormat", "cimString", None)
        + value("OtherErrorType", "cimString", None)
        + value("OwningEntity", "cimString", None)
        + value("PerceivedSeverity", "cimUnsignedShort", "0")
        + value("ProbableCause", "cimUnsignedShort", "0")
        + value("ProbableCauseDescription", "cimString", None)
        + value("error_Category", "cimUnsignedInt", str(category))
        + value("error_Code", "cimUnsignedInt", str(code))
        + value("error_Type", "cimString", kind)
        + value("error_WindowsErrorMessage", "cimString", text)
        + "</p:MSFT_WmiError>"
    )
