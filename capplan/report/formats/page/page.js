"use strict";
// A row's children are the rows after it with a higher level; each level-0 and level-1 row with children folds them.
for (const table of document.querySelectorAll("table.tree")) {
  const rows = [...table.tBodies[0].rows];
  rows.forEach((row, at) => {
    const level = Number(row.dataset.level);
    const children = [];
    for (let i = at + 1; i < rows.length && Number(rows[i].dataset.level) > level; i++) children.push(rows[i]);
    if (!children.some((child) => !child.classList.contains("short"))) return;
    const cell = row.cells[0];
    const button = document.createElement("button");
    button.type = "button";
    const rest = children.every((child) => child.matches(".short, .detail")); // nothing to fold in the short form
    button.className = rest ? "fold rest" : "fold";
    button.append(...cell.childNodes);
    button.setAttribute("aria-expanded", "true");
    cell.append(button);
    button.addEventListener("click", () => {
      const open = button.getAttribute("aria-expanded") !== "true";
      button.setAttribute("aria-expanded", String(open));
      children.forEach((child) => {
        child.classList.toggle("folded", !open);
        const inner = child.querySelector("button.fold");
        if (inner) inner.setAttribute("aria-expanded", String(open));
      });
    });
  });
}
// A flat table sorts by a column; the order as printed is that of the report.
for (const table of document.querySelectorAll("table.flat")) {
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    if (!head.textContent.trim()) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      [...table.tHead.rows[0].cells].forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const number = (row) => Number(row.cells[column].dataset.value ?? NaN);
      const text = (row) => row.cells[column].textContent.trim();
      const rows = [...table.tBodies[0].rows].filter((row) => !row.classList.contains("short"));
      const numeric = rows.some((row) => !Number.isNaN(number(row)));
      rows.sort((a, b) => {
        if (!numeric) return text(a).localeCompare(text(b)) * (up ? 1 : -1);
        const [x, y] = [number(a), number(b)];
        if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y)); // no figure: last
        return up ? x - y : y - x;
      });
      rows.forEach((row) => table.tBodies[0].append(row));
    });
  });
}
const more = document.querySelector("button.more");
if (more) {
  more.hidden = false;
  more.addEventListener("click", () => {
    const all = document.body.classList.toggle("unfolded");
    more.textContent = all ? "Show the short form" : "Show all rows";
    more.setAttribute("aria-pressed", String(all));
    window.dispatchEvent(new Event("resize"));
  });
}
// Charts are as wide as the window; on paper they are as wide as A4 within its margins, and lower.
const charts = [...document.querySelectorAll(".js-plotly-plot")].map((chart) => [chart, chart.layout.height]);
window.addEventListener("beforeprint", () =>
  charts.forEach(([chart, height]) => Plotly.relayout(chart, { width: 680, height: Math.min(height, 230) })),
);
window.addEventListener("afterprint", () => charts.forEach(([chart, height]) => Plotly.relayout(chart, { width: null, height, autosize: true })));
