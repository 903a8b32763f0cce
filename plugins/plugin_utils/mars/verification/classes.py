# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""What the CIM classes of Windows answer."""

from __future__ import annotations

from functools import partial

from ...windows import versions
from ...windows.errors import return_value
from ...windows.volumes import DEDUPLICATION_SERVICE
from ...wsman.errors import Fault
from ...wsman.values import CimPath, array_of, integer, reference, string, wql_literal
from .. import catalogue
from .checks import shows
from .subject import Subject, named
from .verdict import NotTried, require

_PROPERTIES = {
    "Win32_OperatingSystem": "BuildNumber Caption CSName LastBootUpTime LocalDateTime OSArchitecture OSLanguage "
    "ProductType ServicePackMajorVersion Version WindowsDirectory",
    "Win32_Service": "DisplayName Name PathName ProcessId StartMode State",
    "Win32_Volume": "Capacity DeviceID DriveLetter DriveType FileSystem FreeSpace Label Name",
}
_STORAGE = "root/Microsoft/Windows/Storage"
_PARENT, _FEATURE = "root/Microsoft/Windows", "Deduplication"
_DOTNET = r"HKLM\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full"
_CURRENT_VERSION = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
_AZURE_TAG = "7783-7084-3265-9085-8269-3286-77"


@shows("classic_classes")
def _classic(subject: Subject) -> None:
    for class_name, properties in _PROPERTIES.items():
        answer = subject.answer(partial(subject.query, f"SELECT * FROM {class_name}"))
        found = {element.tag.rpartition("}")[2] for element in answer.iter()}
        missing = set(properties.split()) - found
        require(not missing, f"{class_name} lacks {', '.join(sorted(missing))}")


@shows("keyed_get_of_files")
def _keyed(subject: Subject) -> None:
    folder = f"{subject.system.windows_directory}\\System32\\drivers\\etc"
    for class_name, path in (("Win32_Directory", folder), ("CIM_DataFile", f"{folder}\\hosts")):
        answer = subject.session.get(CimPath("root/cimv2", class_name, {"Name": path.lower()}))
        found = answer.read("Name", string)
        require((found or "").lower() == path.lower(), f"Get of {path} is answered with {found}")
    absent = subject.fault(
        lambda: subject.session.get(CimPath("root/cimv2", "Win32_Directory", {"Name": f"{folder}\\winops.mars.absent"}))
    )
    require(absent.is_absent, f"an absent folder: {absent}")


@shows("files_of_one_folder")
def _one_folder(subject: Subject) -> None:
    windows = subject.system.windows_directory
    drive, path = windows[:2], f"{windows[2:]}\\System32\\drivers\\etc\\"
    wql = f"SELECT Name FROM CIM_DataFile WHERE Drive={wql_literal(drive)} AND Path={wql_literal(path)}"
    names = [(file.read("Name", string) or "").lower() for file in subject.query(wql)]
    require(f"{drive}{path}hosts".lower() in names, f"the file hosts is not among {names[:3]}")
    others = [name for name in names if name.rpartition("\\")[0] != f"{drive}{path}".lower().rstrip("\\")]
    require(not others, f"it also has {others[:3]}")


@shows("shadow_storage_class")
def _shadow_storage(subject: Subject) -> None:
    if subject.system.product_type == "workstation":
        raise NotTried("this is a client")
    instances = subject.query("SELECT Volume, DiffVolume, MaxSpace FROM Win32_ShadowStorage")
    if not instances:
        raise NotTried("no volume has shadow copies")
    for instance in instances:
        for name in ("Volume", "DiffVolume"):
            path = instance.read(name, reference)
            keys = [key.lower() for key in path.keys] if path else []
            require("deviceid" in keys, f"{name} has the keys {keys}")
        require(instance.read("MaxSpace", integer) is not None, "MaxSpace is NULL")


@shows("shadow_storage_on_clients")
def _on_clients(subject: Subject) -> None:
    if subject.system.product_type != "workstation":
        raise NotTried("this is a server")
    subject.query("SELECT MaxSpace FROM Win32_ShadowStorage")


@shows("volume_access_paths")
def _access_paths(subject: Subject) -> None:
    try:
        partitions = subject.query("SELECT AccessPaths FROM MSFT_Partition", _STORAGE)
    except Fault as fault:
        if fault.is_absent:
            raise NotTried("this Windows does not have MSFT_Partition") from None
        raise
    paths = {path.lower() for part in partitions for path in part.read("AccessPaths", array_of(string)) or []}
    drive = subject.system.windows_directory[:2]
    volumes = subject.query(f"SELECT DeviceID FROM Win32_Volume WHERE DriveLetter = '{drive}'")
    ids = {(volume.read("DeviceID", string) or "").lower() for volume in volumes}
    require(bool(ids) and ids <= paths, f"the unique path of {drive} is not among {len(paths)} access paths")


@shows("bitlocker_locked")
def _bitlocker(subject: Subject) -> None:
    namespace = "root/cimv2/Security/MicrosoftVolumeEncryption"
    locked = [
        (volume.read("DeviceID", string) or "").lower()
        for volume in subject.instances(namespace, "Win32_EncryptableVolume")
        if volume.read("ProtectionStatus", integer) == 2
    ]
    if not locked:
        raise NotTried("no volume is locked")
    for volume in subject.query("SELECT DeviceID, FileSystem FROM Win32_Volume"):
        if (volume.read("DeviceID", string) or "").lower() in locked:
            require(not volume.read("FileSystem", string), "a volume with ProtectionStatus 2 has a file system")


@shows("optional_feature_names")
def _features(subject: Subject) -> None:
    if subject.system.product_type == "workstation" or subject.release < (6, 1):
        raise NotTried("this Windows does not have the feature WindowsServerBackup")
    found = subject.query("SELECT InstallState FROM Win32_OptionalFeature WHERE Name = 'WindowsServerBackup'")
    states = [feature.read("InstallState", integer) for feature in found]
    require(len(states) == 1 and states[0] in (1, 2, 3, 4), f"InstallState of WindowsServerBackup is {states}")


@shows("iscsi_initiator_device")
def _initiator(subject: Subject) -> None:
    like = wql_literal("ROOT\\ISCSIPRT\\%")
    devices = subject.query(f"SELECT DeviceID, ConfigManagerErrorCode FROM Win32_PnPEntity WHERE DeviceID LIKE {like}")
    names = [device.read("DeviceID", string) for device in devices]
    require(names == ["ROOT\\ISCSIPRT\\0000"], f"the devices of the initiator are {names}")


@shows("iscsi_session_class")
def _iscsi_sessions(subject: Subject) -> None:
    service = subject.service("MSiSCSI")
    if service is None or service.read("State", string) != "Running":
        raise NotTried("the service MSiSCSI does not run")
    for session in subject.instances("root/wmi", "MSiSCSIInitiator_SessionClass"):
        name = session.read("TargetName", string)
        require(name is not None, "a session has no TargetName")


@shows("deduplication_class")
def _deduplication(subject: Subject) -> None:
    answer = subject.answer(lambda: subject.instances(f"{_PARENT}/{_FEATURE}", "MSFT_DedupVolume"))
    volumes = named(answer, "MSFT_DedupVolume")
    if not volumes:
        raise NotTried("no volume is deduplicated")
    missing = {"VolumeId", "Enabled", "ExcludeFolder", "SavedSpace"} - {
        child.tag.rpartition("}")[2] for child in volumes[0]
    }
    require(not missing, f"MSFT_DedupVolume lacks {', '.join(sorted(missing))}")


@shows("deduplication_service")
def _deduplication_service(subject: Subject) -> None:
    has_namespace = _FEATURE in [name.read("Name", string) for name in subject.instances(_PARENT, "__NAMESPACE")]
    has_service = subject.service(DEDUPLICATION_SERVICE) is not None
    require(
        has_service or not has_namespace,
        f"there is the namespace {_PARENT}/{_FEATURE}, but no service {DEDUPLICATION_SERVICE}",
    )


@shows("device_guard_status")
def _device_guard(subject: Subject) -> None:
    instances = subject.instances("root/Microsoft/Windows/DeviceGuard", "Win32_DeviceGuard")
    states = [instance.read("UsermodeCodeIntegrityPolicyEnforcementStatus", integer) for instance in instances]
    require(
        len(states) == 1 and states[0] in (0, 1, 2, None), f"UsermodeCodeIntegrityPolicyEnforcementStatus is {states}"
    )


@shows("resultant_set_of_policy")
def _policies(subject: Subject) -> None:
    settings = subject.instances("root/rsop/computer", "RSOP_RegistryPolicySetting")
    applied = [setting for setting in settings if setting.read("precedence", integer) == 1]
    if not applied:
        raise NotTried("no policy sets values of the registry on this host")
    odd = [setting for setting in applied if "\\" not in (setting.read("registryKey", string) or "")]
    require(not odd, f"{len(odd)} of {len(applied)} policies of the registry name no key")


@shows("azure_asset_tag")
def _asset_tag(subject: Subject) -> None:
    chassis = subject.session.get(CimPath("root/cimv2", "Win32_SystemEnclosure", {"Tag": "System Enclosure 0"}))
    tag = chassis.read("SMBIOSAssetTag", string)
    agent = subject.service("WindowsAzureGuestAgent") is not None
    if not agent and tag != _AZURE_TAG:
        raise NotTried("this host is not in Azure, and its asset tag is another one")
    require(
        agent and tag == _AZURE_TAG, f"Azure's agent is {'there' if agent else 'not there'}; the asset tag is {tag}"
    )


@shows("security_center")
def _security_center(subject: Subject) -> None:
    if subject.system.product_type != "workstation":
        raise NotTried("this is a server")
    products = subject.instances("root/SecurityCenter2", "AntiVirusProduct")
    names = [product.read("displayName", string) for product in products]
    require(None not in names, "a product has no displayName")


@shows("supported_editions")
def _edition(subject: Subject) -> None:
    sku = subject.system.sku
    require(sku in catalogue.EDITIONS, f"OperatingSystemSKU is {sku}, which is none of the known editions")


@shows("server_levels")
def _server_levels(subject: Subject) -> None:
    if subject.system.product_type == "workstation" or subject.release < (6, 2):
        raise NotTried("this Windows does not have the key")
    key = f"{_CURRENT_VERSION}\\Server\\ServerLevels"
    require(return_value(subject.registry("EnumValues", key)) == 0, f"the registry key {key} does not exist")


@shows("dotnet_releases")
def _dotnet(subject: Subject) -> None:
    release = subject.registry("GetDWORDValue", _DOTNET, "Release").read("uValue", integer)
    if release is None:
        raise NotTried("this host does not have .NET Framework 4.5 or later")
    version = subject.text(_DOTNET, "Version")
    if version is None:
        raise NotTried("this host does not say its version beside the release number")
    # Windows writes 4.8.04084 for 4.8, and 4.6.01590 for 4.6.2
    known = catalogue.dotnet_version(release) or "no known version"
    require(
        version.split(".")[:2] == known.split(".")[:2],
        f"the release number {release} stands for {version}, not {known}",
    )


@shows("newest_versions")
def _newest(subject: Subject) -> None:
    release = catalogue.windows_release(subject.build, subject.system.product_type)
    require(release is not None, f"the build {subject.build} of a {subject.system.product_type} is not known")
    number = subject.registry("GetDWORDValue", _DOTNET, "Release").read("uValue", integer)
    version = catalogue.dotnet_version(number) if number else None
    if release is None or version is None:
        raise NotTried("this host does not have .NET Framework 4.5 or later")
    newest = versions.find(release.newest_dotnet)
    require(
        versions.find(version) <= newest,
        f"{release.name} has .NET Framework {version}, newer than {release.newest_dotnet}",
    )
