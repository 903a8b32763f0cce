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
    "filter_columns": (
        "Filter Name                     Num Instances    Altitude    Frame",
        "Filtername                      Instanzen        Höhe        Rahmen",
        "フィルター名                    インスタンス数   高度        フレーム",
    ),
    "error": ("ERROR: ", "FEHLER: ", "エラー: "),
    "success": ("SUCCESS: ", "ERFOLGREICH: ", "成功: "),
    "default_value": ("(Default)", "(Standard)", "(既定)"),
    "done": (
        "The operation completed successfully.",
        "Der Vorgang wurde erfolgreich beendet.",
        "この操作を正しく終了しました。",
    ),
    "not_a_command": (
        "'{0}' is not recognized as an internal or external command,\r\noperable program or batch file.",
        'Der Befehl "{0}" ist entweder falsch geschrieben oder\r\nkonnte nicht gefunden werden.',
        "'{0}' は、内部コマンドまたは外部コマンド、\r\n"
        "操作可能なプログラムまたはバッチ ファイルとして認識されていません。",
    ),
    "syntax": (
        "The syntax of the command is incorrect.",
        "Syntaxfehler.",
        "コマンドの構文が誤っています。",
    ),
    "unexpected": (
        "{0} was unexpected at this time.",
        '"{0}" kann syntaktisch an dieser Stelle nicht verarbeitet werden.',
        "{0} の使い方が誤っています。",
    ),
    "line_too_long": (
        "The command line is too long.",
        "Die Befehlszeile ist zu lang.",
        "コマンド ラインが長すぎます。",
    ),
    "file_not_found": ("File Not Found", "Datei nicht gefunden", "ファイルが見つかりません"),
    "could_not_find": ("Could Not Find {0}", "{0} konnte nicht gefunden werden.", "{0} が見つかりませんでした。"),
    "already_exists": (
        "A subdirectory or file {0} already exists.",
        'Ein Unterverzeichnis oder eine Datei mit dem Namen "{0}" existiert bereits.',
        "サブディレクトリまたはファイル {0} は既に存在します。",
    ),
    "copied": (
        "        {0} file(s) copied.",
        "        {0} Datei(en) kopiert.",
        "        {0} 個のファイルをコピーしました。",
    ),
    "moved": (
        "        {0} file(s) moved.",
        "        {0} Datei(en) verschoben.",
        "        {0} 個のファイルを移動しました。",
    ),
    "echo_on": ("ECHO is on.", "ECHO ist eingeschaltet (ON).", "ECHO は <ON> です。"),
    "overwrite": (
        "Value {0} exists, overwrite(Yes/No)? ",
        "Der Wert {0} ist vorhanden. Überschreiben (Ja/Nein)? ",
        "値 {0} は存在します。上書きしますか? (Yes/No) ",
    ),
    "cancelled": (
        "The operation was canceled by the user.",
        "Der Vorgang wurde durch den Benutzer abgebrochen.",
        "操作はユーザーによって取り消されました。",
    ),
    "registry_not_found": (
        "The system was unable to find the specified registry key or value.",
        "Der angegebene Registrierungsschlüssel bzw. Wert wurde nicht gefunden.",
        "指定されたレジストリ キーまたは値が見つかりませんでした。",
    ),
    "invalid_syntax": ("Invalid syntax.", "Ungültige Syntax.", "無効な構文です。"),
    "invalid_argument": (
        "Invalid argument/option - '{0}'.",
        'Ungültiges Argument bzw. ungültige Option - "{0}".',
        "無効な引数またはオプションです - '{0}'。",
    ),
    "end_of_search": (
        "End of search: {0} match(es) found.",
        "Suchende: {0} Übereinstimmung(en) gefunden.",
        "検索の完了: {0} 件見つかりました。",
    ),
    "task_created": (
        'The scheduled task "{0}" has successfully been created.',
        'Die geplante Aufgabe "{0}" wurde erfolgreich erstellt.',
        'スケジュール タスク "{0}" は正しく作成されました。',
    ),
    "task_deleted": (
        'The scheduled task "{0}" was successfully deleted.',
        'Die geplante Aufgabe "{0}" wurde erfolgreich gelöscht.',
        'スケジュール タスク "{0}" は正しく削除されました。',
    ),
    "task_changed": (
        'The parameters of scheduled task "{0}" have been changed.',
        'Die Parameter der geplanten Aufgabe "{0}" wurden geändert.',
        'スケジュール タスク "{0}" のパラメーターは変更されました。',
    ),
    "task_run": (
        'Attempted to run the scheduled task "{0}".',
        'Es wurde versucht, die geplante Aufgabe "{0}" auszuführen.',
        'スケジュール タスク "{0}" の実行が試行されました。',
    ),
    "task_ended": (
        'The scheduled task "{0}" has been terminated successfully.',
        'Die geplante Aufgabe "{0}" wurde erfolgreich beendet.',
        'スケジュール タスク "{0}" は正しく終了しました。',
    ),
    "task_not_there": (
        'The specified task name "{0}" does not exist in the system.',
        'Der angegebene Aufgabenname "{0}" ist im System nicht vorhanden.',
        '指定されたタスク名 "{0}" はシステムに存在しません。',
    ),
    "option_too_long": (
        "Value for '{0}' option cannot be more than {1} character(s).",
        'Der Wert für die Option "{0}" darf höchstens {1} Zeichen umfassen.',
        "'{0}' オプションの値は {1} 文字以内でなければなりません。",
    ),
    "missing_option": (
        "Mandatory option '{0}' is missing.",
        'Die erforderliche Option "{0}" fehlt.',
        "必須オプション '{0}' が指定されていません。",
    ),
    "not_available": ("N/A", "Nicht zutreffend", "N/A"),
    "state_1": ("Disabled", "Deaktiviert", "無効"),
    "state_3": ("Ready", "Bereit", "準備完了"),
    "state_4": ("Running", "Wird ausgeführt", "実行中"),
    "task_enabled": ("Enabled", "Aktiviert", "有効"),
    "no_tasks": (
        "INFO: There are no scheduled tasks presently available at your access level.",
        "INFORMATION: Auf Ihrer Zugriffsebene sind zurzeit keine geplanten Aufgaben verfügbar.",
        "情報: 現在、ユーザーのアクセス レベルで利用可能なスケジュールされたタスクはありません。",
    ),
    "task_not_loaded": (
        "Task cannot be loaded: {0}",
        "Die Aufgabe kann nicht geladen werden: {0}",
        "タスクを読み込めません: {0}",
    ),
    "folder": ("Folder: {0}", "Ordner: {0}", "フォルダー\\: {0}"),
    "hash": ("{0} hash of {1}:", "{0}-Hash von {1}:", "{0} ハッシュ ({1}):"),
    "certutil_done": (
        "CertUtil: -{0} command completed successfully.",
        "CertUtil: -{0}-Befehl wurde erfolgreich ausgeführt.",
        "CertUtil: -{0} コマンドは正常に完了しました。",
    ),
    "certutil_failed": (
        "CertUtil: -{0} command FAILED: 0x{1:08x} (WIN32: {2})",
        "CertUtil: -{0}-Befehl ist fehlgeschlagen: 0x{1:08x} (WIN32: {2})",
        "CertUtil: -{0} コマンド エラーです: 0x{1:08x} (WIN32: {2})",
    ),
    "not_reparse": (
        "Error:  The file or directory is not a reparse point.",
        "Fehler:  Die Datei oder das Verzeichnis ist kein Analysepunkt.",
        "エラー:  このファイルまたはディレクトリは、再解析ポイントではありません。",
    ),
    "reparse_tag": (
        "Reparse Tag Value : 0xa0000003",
        "Analysepunkt-Kennzeichenwert : 0xa0000003",
        "再解析タグ値: 0xa0000003",
    ),
    "channel_not_found": (
        "The specified channel could not be found.",
        "Der angegebene Kanal konnte nicht gefunden werden.",
        "指定されたチャネルが見つかりませんでした。",
    ),
    "query_invalid": (
        "The specified query is invalid.",
        "Die angegebene Abfrage ist ungültig.",
        "指定されたクエリが無効です。",
    ),
    "service_started": (
        "The {0} service was started successfully.",
        "{0} wurde erfolgreich gestartet.",
        "{0} サービスは正常に開始されました。",
    ),
    "service_stopped": (
        "The {0} service was stopped successfully.",
        "{0} wurde erfolgreich beendet.",
        "{0} サービスは正常に停止されました。",
    ),
    "service_failed": (
        "The {0} service could not be started.",
        "{0} konnte nicht gestartet werden.",
        "{0} サービスを開始できませんでした。",
    ),
    "version": (
        "Microsoft Windows [Version {0}]",
        "Microsoft Windows [Version {0}]",
        "Microsoft Windows [Version {0}]",
    ),
}

_WIN32: dict[int, tuple[str, str, str]] = {
    2: (
        "The system cannot find the file specified.",
        "Das System kann die angegebene Datei nicht finden.",
        "指定されたファイルが見つかりません。",
    ),
    3: (
        "The system cannot find the path specified.",
        "Das System kann den angegebenen Pfad nicht finden.",
        "指定されたパスが見つかりません。",
    ),
    5: ("Access is denied.", "Zugriff verweigert", "アクセスが拒否されました。"),
    80: ("The file exists.", "Die Datei ist vorhanden.", "ファイルがあります。"),
    87: ("The parameter is incorrect.", "Falscher Parameter.", "パラメーターが間違っています。"),
    112: (
        "There is not enough space on the disk.",
        "Es steht nicht genug Speicherplatz auf dem Datenträger zur Verfügung.",
        "ディスクに十分な空き領域がありません。",
    ),
    123: (
        "The filename, directory name, or volume label syntax is incorrect.",
        "Die Syntax für den Dateinamen, Verzeichnisnamen oder die Datenträgerbezeichnung ist falsch.",
        "ファイル名、ディレクトリ名、またはボリューム ラベルの構文が間違っています。",
    ),
    145: ("The directory is not empty.", "Das Verzeichnis ist nicht leer.", "ディレクトリが空ではありません。"),
    183: (
        "Cannot create a file when that file already exists.",
        "Eine Datei kann nicht erstellt werden, wenn sie bereits vorhanden ist.",
        "既に存在するファイルを作成することはできません。",
    ),
    216: (
        "This version of the file is not compatible with the version of Windows you're running.",
        "Diese Version der Datei ist nicht mit der ausgeführten Windows-Version kompatibel.",
        "このファイルのバージョンは、実行中の Windows のバージョンと互換性がありません。",
    ),
    267: ("The directory name is invalid.", "Der Verzeichnisname ist ungültig.", "ディレクトリ名が無効です。"),
    1051: (
        "A stop control has been sent to a service that other running services are dependent on.",
        "Es wurde ein Stoppbefehl an einen Dienst gesendet, von dem andere ausgeführte Dienste abhängig sind.",
        "停止コントロールが、ほかの実行中のサービスが依存しているサービスに送信されました。",
    ),
    1052: (
        "The requested control is not valid for this service.",
        "Der angeforderte Steuerbefehl ist für diesen Dienst nicht gültig.",
        "要求したコントロールは、このサービスに対して無効です。",
    ),
    1053: (
        "The service did not respond to the start or control request in a timely fashion.",
        "Der Dienst antwortete nicht rechtzeitig auf die Start- oder Steuerungsanforderung.",
        "そのサービスは指定時間内に開始要求または制御要求に応答しませんでした。",
    ),
    1056: (
        "An instance of the service is already running.",
        "Es wird bereits eine Instanz des Dienstes ausgeführt.",
        "サービスのインスタンスは既に実行中です。",
    ),
    1058: (
        "The service cannot be started, either because it is disabled or because it has no enabled devices associated"
        " with it.",
        "Der angegebene Dienst kann nicht gestartet werden. Er ist deaktiviert oder nicht mit aktivierten Geräten"
        " verbunden.",
        "無効であるか、または関連付けられた有効なデバイスがないため、サービスを開始できません。",
    ),
    1060: (
        "The specified service does not exist as an installed service.",
        "Der angegebene Dienst ist kein installierter Dienst.",
        "指定されたサービスはインストールされたサービスとして存在しません。",
    ),
    1062: ("The service has not been started.", "Der Dienst wurde nicht gestartet.", "サービスは開始されていません。"),
    1245: (
        "The operation being requested was not performed because the user has not logged on to the network.",
        "Der angeforderte Vorgang wurde nicht ausgeführt, da der Benutzer nicht am Netzwerk angemeldet ist.",
        "ユーザーがネットワークにログオンしていないため、要求された操作は実行されませんでした。",
    ),
    1260: (
        "This program is blocked by group policy. For more information, contact your system administrator.",
        "Dieses Programm wurde durch eine Gruppenrichtlinie geblockt. Wenden Sie sich an den Systemadministrator.",
        "このプログラムはグループ ポリシーによってブロックされています。システム管理者にお問い合わせください。",
    ),
    1326: (
        "The user name or password is incorrect.",
        "Der Benutzername oder das Kennwort ist falsch.",
        "ユーザー名またはパスワードが正しくありません。",
    ),
    1332: (
        "No mapping between account names and security IDs was done.",
        "Zuordnungen von Kontennamen und Sicherheitskennungen wurden nicht durchgeführt.",
        "アカウント名とセキュリティ ID の間のマッピングは実行されませんでした。",
    ),
}

_TASK_SCHEDULER: dict[int, tuple[str, str, str]] = {
    0x80041316: (
        "The task XML contains an unexpected node.",
        "Das Aufgaben-XML enthält einen unerwarteten Knoten.",
        "タスク XML に予期しないノードが含まれています。",
    ),
    0x80041317: (
        "The task XML contains an element or attribute from an unexpected namespace.",
        "Das Aufgaben-XML enthält ein Element oder Attribut aus einem unerwarteten Namespace.",
        "タスク XML に、予期しない名前空間からの要素または属性が含まれています。",
    ),
    0x80041318: (
        "The task XML contains a value which is incorrectly formatted or out of range.",
        "Das Aufgaben-XML enthält einen Wert mit falschem Format oder außerhalb des gültigen Bereichs.",
        "タスク XML に、形式が正しくない値、または範囲外の値が含まれています。",
    ),
    0x80041319: (
        "The task XML is missing a required element or attribute.",
        "Im Aufgaben-XML fehlt ein erforderliches Element oder Attribut.",
        "タスク XML に、必要な要素または属性がありません。",
    ),
    0x8004131A: (
        "The task XML is malformed.",
        "Das Aufgaben-XML ist ungültig.",
        "タスク XML の形式が正しくありません。",
    ),
    0x80041326: (
        "The task is disabled.",
        "Die Aufgabe ist deaktiviert.",
        "タスクは無効です。",
    ),
    0x80041328: (
        "The task cannot be started on demand.",
        "Die Aufgabe kann nicht bei Bedarf gestartet werden.",
        "タスクは要求時に開始できません。",
    ),
}


def text(language: str, key: str, *arguments: object) -> str:
    """The text ``key`` in a display language (en, de, ja), its ``{0}`` filled in."""
    return _TEXTS[key][LANGUAGES.index(language)].format(*arguments)


def win32_text(language: str, code: int) -> str:
    """FormatMessage for a Win32 error."""
    known = _WIN32.get(code)
    return known[LANGUAGES.index(language)] if known else f"Win32 {code}"


def hresult_text(language: str, hresult: int) -> str:
    """FormatMessage for an HRESULT of Task Scheduler or of facility Win32 (``0x8007xxxx``)."""
    if known := _TASK_SCHEDULER.get(hresult):
        return known[LANGUAGES.index(language)]
    if hresult >> 16 == 0x8007:
        return win32_text(language, hresult & 0xFFFF)
    return f"0x{hresult:08X}"
