# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fleets: inventory, control listener, many hosts in one process, and the command line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import requests
import yaml

from tests.simulator import fleet_file
from tests.simulator.fleet import FleetHost
from tests.unit.simulator.conftest import PASSWORD, USER, Start
from tests.unit.simulator.messages import CIMV2, TRANSFER, message
from tests.unit.simulator.test_misbehavior import post

ROOT = Path(__file__).parents[3]
GET = message(f"{TRANSFER}/Get", f"{CIMV2}/Win32_OperatingSystem")


def test_control_counts_requests(start: Start) -> None:
    running = start({}, {})
    requests.post(f"{running.control_url}/_simulator/reset", timeout=10).raise_for_status()
    post(running, GET)
    seen = requests.get(f"{running.control_url}/_simulator/requests", timeout=10).json()
    assert (seen["connections"], seen["http"], seen["soap"]) == (1, 1, 1)
    assert seen["hosts"]["win0"]["actions"] == {"Win32_OperatingSystem/Get": 1}
    assert seen["hosts"]["win1"]["soap"] == 0
    requests.post(f"{running.control_url}/_simulator/reset", timeout=10).raise_for_status()
    assert requests.get(f"{running.control_url}/_simulator/requests", timeout=10).json()["http"] == 0


def test_equal_states_are_equal_octets(start: Start) -> None:
    running = start({"services": 2})
    url = f"{running.control_url}/_simulator/state"
    before = requests.get(url, timeout=10).content
    services = running.host().services
    services["Service000"] = services.pop("Service000")  # another order, the same content
    assert requests.get(url, timeout=10).content == before
    services["Service000"]["State"] = "Stopped"
    assert json.loads(requests.get(url, timeout=10).content)["win0"]["services"]["Service000"]["State"] == "Stopped"


def test_hosts_do_not_serve_the_control_paths(start: Start) -> None:
    running = start()
    url = f"http://{running.address}:{running.fleet.http_port}/_simulator/reset"
    assert requests.post(url, timeout=10).status_code == 404


def test_inventory(start: Start) -> None:
    running = start({}, {}, https=True)
    inventory = running.fleet.inventory("http://127.0.0.1:1")["all"]
    assert inventory["vars"]["ansible_connection"] == "winrm"
    assert inventory["vars"]["ansible_winrm_scheme"] == "https"
    assert inventory["vars"]["ansible_port"] == running.fleet.https_port
    assert Path(inventory["vars"]["ansible_winrm_ca_trust_path"]).read_text().startswith("-----BEGIN CERTIFICATE")
    assert inventory["hosts"]["win1"] == {
        "ansible_host": "127.8.0.2",
        "ansible_user": USER,
        "ansible_password": PASSWORD,
    }


def test_many_hosts_in_one_process(start: Start) -> None:
    running = start(*({"services": 1} for _unused in range(250)))
    for index in (0, 249):
        url = f"http://{running.fleet.hosts[index].server.address}:{running.fleet.http_port}/wsman"
        headers = {"Content-Type": "application/soap+xml;charset=UTF-8"}
        assert requests.post(url, GET.encode(), headers=headers, auth=(USER, PASSWORD), timeout=10).status_code == 200


def test_replicas_have_names_and_addresses_of_their_own() -> None:
    hosts = [FleetHost(name, "127.9.0.1", {"name": name}) for name in ("a", "b")]
    replicas = fleet_file.replicate(hosts, 1001)
    assert len({host.name for host in replicas}) == len({host.address for host in replicas}) == 1001
    assert [host.name for host in replicas[:3]] == ["a-0001", "b-0002", "a-0003"]


def test_command_line(tmp_path: Path) -> None:
    fleet = tmp_path / "fleet.yml"
    host = {"profile": "healthy-2022", "groups": ["mars"], "vars": {"expected": "compliant"}}
    fleet.write_text(yaml.safe_dump({"hosts": {"win1": host}}))
    arguments = [fleet, "--inventory", tmp_path / "inventory.yml", "--state-dir", tmp_path / "state", "--count", "2"]
    command = [sys.executable, "-m", "tests.simulator", *map(str, arguments)]
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ}, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("ready: 2 hosts")
        inventory = yaml.safe_load((tmp_path / "inventory.yml").read_text())["all"]
        address = inventory["hosts"]["win1-2"]["ansible_host"]
        url = f"http://{address}:{inventory['vars']['ansible_port']}/wsman"
        assert requests.post(url, headers={"WSMANIDENTIFY": "unauthenticated"}, timeout=10).status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert inventory["hosts"]["win1-1"]["expected"] == "compliant"
    assert list(inventory["children"]["mars"]["hosts"]) == ["win1-1", "win1-2"]
    assert sorted(json.loads((tmp_path / "state" / "state.json").read_bytes())) == ["win1-1", "win1-2"]
