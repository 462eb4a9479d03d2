"""The matrix as a component: a real table whose cells are buttons, with one column at a time on phones."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from sim.ui.strategy import wishes as asked

_KEY = "strategy_matrix"
_table = st.components.v2.component(
    "polarity_matrix",
    html='<div class="matrix"></div><div class="tip" role="tooltip" hidden></div>',
    js="""export default ({ parentElement, data, setTriggerValue }) => {
  const place = parentElement.querySelector(".matrix"), tip = parentElement.querySelector(".tip");
  const all = () => [...place.querySelectorAll("button[data-cell]")];
  const at = name => all().find(button => button.dataset.cell === name);
  const column = name => {
    for (const e of place.querySelectorAll("[data-column]")) e.classList.toggle("on", e.dataset.column === name);
    const pick = place.querySelector("select");
    if (pick) pick.value = name;
  };
  if (place.made !== data.table) {
    const focused = document.activeElement && document.activeElement.dataset.cell;
    place.innerHTML = place.made = data.table; // from a template in which every value is escaped
    place.cell = null;
    tip.hidden = true;
    if (focused && at(focused)) at(focused).focus();
  }
  if (place.cell !== data.cell) {
    place.cell = data.cell;
    for (const button of all()) {
      const here = button.dataset.cell === data.cell;
      button.setAttribute("aria-pressed", here);
      button.tabIndex = here ? 0 : -1;
    }
    column(data.cell.split(":")[1]);
  }
  place.pick = name => setTriggerValue("picked", name);
  if (place.wired) return;
  place.wired = true;
  const show = button => {
    if (!button) { tip.hidden = true; return; }
    tip.textContent = button.dataset.tip;
    tip.hidden = false;
    const box = button.getBoundingClientRect(), own = tip.getBoundingClientRect();
    tip.style.left = Math.max(8, Math.min(box.left, innerWidth - own.width - 8)) + "px";
    tip.style.top = (box.top > own.height + 70 ? box.top - own.height - 6 : box.bottom + 6) + "px";
  };
  const hit = event => event.target.closest && event.target.closest("button[data-cell]");
  place.addEventListener("click", event => { const b = hit(event); if (b) place.pick(b.dataset.cell); });
  place.addEventListener("mouseover", event => show(hit(event)));
  place.addEventListener("mouseleave", () => show(null));
  place.addEventListener("focusin", event => { const b = hit(event); show(b?.matches(":focus-visible") ? b : null); });
  place.addEventListener("focusout", () => show(null));
  place.addEventListener("change", event => { if (event.target.matches("select")) column(event.target.value); });
  addEventListener("scroll", () => show(null), { passive: true, capture: true });
  place.addEventListener("keydown", event => {
    const button = hit(event);
    if (!button) return;
    if (event.key === "Escape") { show(null); return; }
    const cell = button.closest("td"), row = cell.parentElement, shown = td => td && td.getClientRects().length;
    const rows = [...row.parentElement.children], y = rows.indexOf(row), x = [...row.children].indexOf(cell);
    const to = { ArrowLeft: row.children[x - 1], ArrowRight: row.children[x + 1],
      ArrowUp: rows[y - 1] && rows[y - 1].children[x], ArrowDown: rows[y + 1] && rows[y + 1].children[x],
      Home: row.children[1], End: row.children[row.children.length - 1] }[event.key];
    if (to === undefined && !event.key.startsWith("Arrow")) return;
    event.preventDefault();
    const next = shown(to) && to.querySelector("button");
    if (!next) return;
    for (const other of all()) other.tabIndex = other === next ? 0 : -1;
    next.focus();
  });
}""",
    isolate_styles=False,
)
"""Streamlit's own tables hold no buttons; the markup comes from a template in which every value is escaped."""


def draw(table: Markup, cell: tuple[str, ...]) -> None:
    """The table, with the open cell pressed; another one is opened by a click, a tap or Enter."""
    _table(data={"table": str(table), "cell": ":".join(cell[:2])}, key=_KEY, on_picked_change=_picked)


def _picked() -> None:
    text = st.session_state[_KEY].picked
    if isinstance(text, str):  # from a browser, so whatever somebody sends: `read` checks it
        now = asked.now().written()
        asked.take(asked.read({**now, "cell": text}, []))
