# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control listener of a fleet on 127.0.0.1: states and request counts for tests and benches, no part of Windows."""

from __future__ import annotations

from aiohttp import web

from tests.simulator.fleet import Fleet


class Control:
    """``GET /_simulator/state``, ``GET /_simulator/requests``, ``POST /_simulator/reset`` (the counts)."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        application = web.Application()
        application.add_routes(
            [
                web.get("/_simulator/state", self._state),
                web.get("/_simulator/requests", self._requests),
                web.post("/_simulator/reset", self._reset),
            ]
        )
        self._runner = web.AppRunner(application, access_log=None)

    async def start(self) -> str:
        """Listen on a free port; returns the URL."""
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        return f"http://{host}:{port}"

    async def stop(self) -> None:
        """Stop listening."""
        await self._runner.cleanup()

    async def _state(self, request: web.Request) -> web.Response:
        return web.Response(body=self._fleet.states(), content_type="application/json", charset="utf-8")

    async def _requests(self, request: web.Request) -> web.Response:
        return web.json_response(self._fleet.requests())

    async def _reset(self, request: web.Request) -> web.Response:
        self._fleet.reset_requests()
        return web.Response(status=204)
