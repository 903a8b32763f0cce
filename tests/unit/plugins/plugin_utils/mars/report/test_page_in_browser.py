# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as a browser shows it, used as people use it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import axe_playwright_python
import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars.report.document import Document, build
from ansible_collections.winops.mars.plugins.plugin_utils.mars.report.page import to_html
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.reading import shipped_rules
from tests.tools.browser import MISSING, WIDTHS, browser, chromium, open_page
from tests.tools.environments import BUILD
from tests.unit.plugins.plugin_utils.mars.report.reported import GENERATED, HEALTHY, HOSTS, TASK, with_finding

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page

PROGRAM = chromium()
if PROGRAM is None:
    pytest.skip(f"the report was not tested in a browser, {MISSING}", allow_module_level=True)

PICTURES = BUILD / "browser"
#: The rules of accessibility that the page is held to.
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def running() -> Iterator[Browser]:
    with browser(str(PROGRAM)) as program:
        yield program


@pytest.fixture(scope="module")
def document() -> Document:
    before = {**HOSTS, "task": HEALTHY, "healthy": with_finding(HEALTHY, "tls", status="noncompliant"), "old": TASK}
    names = list(shipped_rules())
    fleet = [{"title": "Machines of the vault", "status": "noncompliant", "actual": "60 of 50", "fix": "Add a vault."}]
    return build(HOSTS, "Report <1>", GENERATED, fleet, build(before, "Before", GENERATED), names)


@pytest.fixture(scope="module")
def file(document: Document, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("report") / "mars-report.html"
    file.write_text(to_html(document), encoding="utf-8")
    return file


@pytest.fixture
def page(running: Browser, file: Path) -> Iterator[Page]:
    """The page, open; nothing may go wrong in it, and it may ask for nothing but itself."""
    context = running.new_context()
    events: list[str] = []

    def refuse(dialog: Dialog) -> None:
        events.append(dialog.message)
        dialog.dismiss()

    context.on("request", lambda request: events.append(request.url))
    context.on("console", lambda message: events.append(message.text))
    context.on("weberror", lambda error: events.append(str(error.error)))
    context.on("dialog", refuse)
    yield open_page(context, file)
    context.close()
    assert events == [file.as_uri()]


def shown_hosts(page: Page) -> list[str]:
    return page.locator("tbody.host:visible th").all_inner_texts()


def names(document: Document, **wanted: str) -> list[str]:
    return [host["name"] for host in document["hosts"] if wanted.items() <= host.items()]


def test_the_numbers_are_those_of_the_hosts(page: Page, document: Document) -> None:
    totals = page.locator(".totals li")

    assert dict(zip(document["totals"], map(int, totals.locator("b").all_inner_texts()), strict=True)) == {
        verdict: len(names(document, verdict=verdict)) for verdict in document["totals"]
    }
    assert page.get_by_role("heading", level=2).first.inner_text() == f"{len(HOSTS)} hosts"
    assert shown_hosts(page) == names(document)


def test_a_search_leaves_the_hosts_that_have_all_its_words(page: Page) -> None:
    search = page.get_by_role("searchbox", name="Search")
    search.fill("TASK_principal  windows")

    assert shown_hosts(page) == ["task"]
    assert page.get_by_role("status").inner_text() == f"1 of {len(HOSTS)} hosts"
    search.fill("nowhere")
    assert shown_hosts(page) == []
    page.get_by_role("button", name="Show all").click()
    page.get_by_text(f"{len(HOSTS)} of {len(HOSTS)} hosts").wait_for()
    assert len(shown_hosts(page)) == len(HOSTS)


def test_filters_work_together(page: Page, document: Document) -> None:
    def choose(label: str, value: str) -> None:
        page.get_by_role("combobox", name=label, exact=True).select_option(value)

    choose("Verdict", "not_checked")
    assert shown_hosts(page) == ["gone"]
    choose("Verdict", "")
    choose("Group", "files")
    assert set(shown_hosts(page)) == set(HOSTS) - {"gone"}
    choose("Prerequisite", "task_principal")
    assert shown_hosts(page) == ["task"]
    choose("Prerequisite", "")
    (name,) = {host["os"] for host in document["hosts"] if host["name"] == "antivirus"}
    choose("Windows", name)
    assert shown_hosts(page) == names(document, os=name)
    assert 0 < len(names(document, os=name)) < len(HOSTS)


def test_a_row_opens_with_the_keyboard_and_leads_to_what_to_do(page: Page, document: Document) -> None:
    row = page.locator("tbody.host").filter(has=page.locator("th", has_text="task"))
    finding = row.get_by_text("task_principal")
    assert not finding.is_visible()

    for _press in range(100):
        page.keyboard.press("Tab")
        if row.locator("summary").evaluate("element => element === document.activeElement"):
            break
    assert row.locator("summary").evaluate("element => getComputedStyle(element).outlineStyle") == "solid"
    page.keyboard.press("Enter")

    assert finding.is_visible()
    link = row.get_by_role("link", name="Expected, and what to do").first
    link.press("Enter")
    entry = page.locator(page.evaluate("location.hash"))
    assert entry.evaluate("element => element.getBoundingClientRect().top") >= 0
    rule = document["rules"][entry.locator("small").inner_text().split(",")[0]]
    assert rule["fix"] in entry.inner_text()
    assert rule["expected"] in entry.inner_text()


def test_in_a_large_fleet_every_host_can_be_found(running: Browser, tmp_path: Path) -> None:
    file = tmp_path / "large.html"
    file.write_text(to_html(build({f"files{number}": TASK for number in range(500)}, "", GENERATED)), encoding="utf-8")
    context = running.new_context()
    page = open_page(context, file)
    last = page.locator("tbody.host").last

    last.locator("summary").click()
    assert last.get_by_text("task_principal").is_visible()
    page.get_by_role("searchbox").fill("files499")
    assert page.locator("tbody.host:visible").count() == 1
    assert page.get_by_role("status").inner_text() == "1 of 500 hosts"
    context.close()


def test_text_of_a_host_stays_text(page: Page) -> None:
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true })")

    assert "</details><script>alert('x')</script>\"'&" in page.locator("tbody.host").all_inner_texts()[0]
    assert page.locator("script").count() == 1
    assert page.title() == "Report <1>"


def test_without_javascript_everything_can_be_read(running: Browser, file: Path) -> None:
    context = running.new_context(java_script_enabled=False)
    page = open_page(context, file)

    assert len(shown_hosts(page)) == len(HOSTS)
    assert not page.get_by_role("searchbox").is_visible()
    page.locator("summary").first.click()
    assert page.locator("details[open]").count() == 1
    context.close()


def test_on_paper_every_finding_can_be_read(page: Page) -> None:
    assert not page.get_by_text("unknown: antivirus_exclusions").first.is_visible()
    page.emulate_media(media="print")

    assert page.get_by_text("unknown: antivirus_exclusions").first.is_visible()
    assert not page.get_by_role("searchbox").is_visible()


@pytest.mark.parametrize("scheme, width", zip(("light", "dark"), WIDTHS, strict=True))
def test_everybody_can_use_it(running: Browser, file: Path, scheme: Literal["light", "dark"], width: int) -> None:
    context = running.new_context(color_scheme=scheme)
    page = open_page(context, file, width)
    page.screenshot(path=PICTURES / f"report-{scheme}-{width}.png", full_page=True)

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true })")
    page.evaluate(Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8"))
    results = page.evaluate(AXE, STANDARDS)
    assert {"color-contrast", "select-name"} <= set(results["passes"])
    assert results["violations"] == []
    # What has to be scrolled into sight, as on a telephone, it cannot decide
    assert width < max(WIDTHS) or results["incomplete"] == []
    context.close()


#: Which of its rules the page passes, and what violates one, or cannot be decided.
AXE = """
async (standards) => {
  const results = await axe.run({runOnly: {type: "tag", values: standards}});
  const nodes = (found) => found.flatMap((rule) => rule.nodes.map((node) => [rule.id, node.html, node.failureSummary]));
  return {
    passes: results.passes.map((rule) => rule.id),
    violations: nodes(results.violations),
    incomplete: nodes(results.incomplete),
  };
}
"""
