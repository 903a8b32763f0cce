#!/usr/bin/python
# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and argument spec of cim_proxy; plugins/action/cim_proxy.py does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: cim_proxy
short_description: Set the proxy of the SYSTEM account and of WinHTTP
version_added: 0.1.0
description:
  - Sets the proxy that services use, either by WinINET as the SYSTEM account or by WinHTTP. An automatic configuration
    script is turned off.
  - The hosts for which an existing proxy is not used stay as they are.
  - Running services use the new proxy after they are restarted.
  - Where a policy makes the proxy settings those of the whole computer, the module changes nothing and fails.
options:
  address:
    description: Host and port of the proxy, such as V(proxy.example.com:8080), or V(none) to use no proxy.
    type: str
    required: true
extends_documentation_fragment:
  - winops.mars.attributes
  - winops.mars.attributes.connection
  - winops.mars.attributes.desired_state
seealso:
  - module: winops.mars.cim_service
author:
  - winops.mars contributors (@winops)
"""

EXAMPLES = r"""
- name: Let services use the proxy
  winops.mars.cim_proxy:
    address: proxy.example.com:8080

- name: Let services connect without a proxy
  winops.mars.cim_proxy:
    address: none
"""

RETURN = r"""
before:
  description: The proxies before the change. They are shown without credentials.
  returned: success
  type: dict
  sample:
    wininet: {address: null, bypass: null, auto_config_url: 'http://wpad.example.com/proxy.pac'}
    connection: {address: null, bypass: null, auto_config_url: 'http://wpad.example.com/proxy.pac'}
    winhttp: {address: null, bypass: null, auto_config_url: null}
  contains:
    wininet:
      description: The settings of WinINET for the SYSTEM account.
      type: dict
      sample: {address: 'proxy.example.com:8080', bypass: '*.example.com', auto_config_url: null}
      contains: &use
        address:
          description: Host and port of the proxy for HTTPS; V(null) for none.
          type: str
          sample: proxy.example.com:8080
        bypass:
          description: The hosts for which it is not used; V(null) for none.
          type: str
          sample: '*.example.com;<local>'
        auto_config_url:
          description: The address of an automatic configuration script; V(null) for none.
          type: str
          sample: http://wpad.example.com/proxy.pac
    connection:
      description: The settings of the connection, which WinINET has beside them.
      type: dict
      sample: {address: 'proxy.example.com:8080', bypass: '*.example.com', auto_config_url: null}
      contains: *use
    winhttp:
      description: The settings of WinHTTP.
      type: dict
      sample: {address: 'proxy.example.com:8080', bypass: null, auto_config_url: null}
      contains: *use
after:
  description: The proxies after the change, predicted in check mode. Contains the same as RV(before).
  returned: success
  type: dict
  sample:
    wininet: {address: 'proxy.example.com:8080', bypass: null, auto_config_url: null}
    connection: {address: 'proxy.example.com:8080', bypass: null, auto_config_url: null}
    winhttp: {address: 'proxy.example.com:8080', bypass: null, auto_config_url: null}
"""

from ansible.module_utils.basic import AnsibleModule

ARGUMENT_SPEC = {
    "address": {"type": "str", "required": True},
}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    module.fail_json(msg="winops.mars.cim_proxy runs on the controller as an action plugin, not on the host")


if __name__ == "__main__":
    main()
