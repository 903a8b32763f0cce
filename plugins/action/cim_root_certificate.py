# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let the computer trust root certificates from files on the controller."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleError

from ansible_collections.winops.mars.plugins.modules.cim_root_certificate import ARGUMENT_SPEC
from ansible_collections.winops.mars.plugins.plugin_utils._action import DesiredStateAction
from ansible_collections.winops.mars.plugins.plugin_utils.resources.root_certificates import RootCertificates
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.session import Session


class ActionModule(DesiredStateAction):
    spec = ARGUMENT_SPEC

    def resource(self, args: dict[str, Any], session: Session) -> RootCertificates:
        return RootCertificates(session, args["thumbprints"], {name: self._read(name) for name in args["files"]})

    def _read(self, name: str) -> bytes:
        try:
            return Path(self._find_needle("files", name)).read_bytes()
        except (AnsibleError, OSError) as error:
            raise AnsibleActionFail(f"{self._task.action}: the file {name} cannot be read: {error}") from None
