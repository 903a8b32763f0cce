# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Windows and its command line tools print, in the display languages the simulator knows."""

from __future__ import annotations

LANGUAGES = ("en", "de", "ja")

_TEXTS: dict[str, tuple[str, str, str]] = {
    "drive_type_2": ("Removable Disk", "Wechseldatenträger", "リムーバブル ディスク"),
    "drive_type_3": ("Local Fixed Disk", "Lokale Festplatte", "ローカル固定ディスク"),
    "drive_type_4": ("Network Connection", "Netzwerkverbindung", "ネットワーク接続"),
    "drive_type_5": ("CD-ROM Disc", "CD", "CD-ROM ディスク"),
}


def text(language: str, key: str, *arguments: object) -> str:
    """The text ``key`` in a display language (en, de, ja), its ``{0}`` filled in."""
    return _TEXTS[key][LANGUAGES.index(language)].format(*arguments)
