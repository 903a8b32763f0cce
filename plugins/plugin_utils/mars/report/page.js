// Copyright (c) 2026 winops.mars contributors
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
const form = document.querySelector("form");
const rows = Array.from(document.querySelectorAll("tbody.host"), (row) => {
  const [verdict, os] = row.querySelectorAll("td");
  return {
    row,
    text: row.textContent.toLowerCase(),
    verdict: verdict.className,
    os: os.textContent,
    rule: Array.from(row.querySelectorAll("dt"), (finding) => finding.textContent.split(": ")[1]),
    group: (row.dataset.group || "").split("\n"),
  };
});
function filter() {
  const wanted = new FormData(form);
  const words = wanted.get("search").toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const host of rows) {
    const found = words.every((word) => host.text.includes(word))
      && (!wanted.get("verdict") || host.verdict === wanted.get("verdict"))
      && (!wanted.get("os") || host.os === wanted.get("os"))
      && (!wanted.get("rule") || host.rule.includes(wanted.get("rule")))
      && (!wanted.get("group") || host.group.includes(wanted.get("group")));
    if (host.row.hidden === found) host.row.hidden = !found;
    shown += found;
  }
  document.querySelector("output").textContent = `${shown} of ${rows.length} hosts`;
}
form.hidden = false;
form.addEventListener("input", filter);
form.addEventListener("reset", () => setTimeout(filter));
form.addEventListener("submit", (event) => event.preventDefault());
filter();
