/* The worklist by keys: J and K move, Enter opens, C starts a case. */
import { onKeys } from "./keys.js";

const rows = () => [...document.querySelectorAll("[data-row]")];
let at = -1;

function go(step) {
  const all = rows();
  if (!all.length) return;
  const here = all.findIndex((row) => row.contains(document.activeElement));
  at = Math.max(0, Math.min(all.length - 1, (here >= 0 ? here : at) + step));
  mark(all);
  all[at].querySelector("a").focus();
}

function mark(all) {
  all.forEach((row, position) => row.toggleAttribute("aria-current", position === at));
}

document.addEventListener("focusin", (event) => {
  const all = rows();
  const here = all.findIndex((row) => row.contains(event.target));
  if (here < 0) return;
  at = here;
  mark(all);
});

onKeys({
  j: () => go(1),
  k: () => go(-1),
  c: () => document.querySelector("[data-new]")?.requestSubmit(),
});

/* After a search the field is drawn anew: the cursor stays where it was. */
let cursor = null;
document.addEventListener("htmx:beforeSwap", () => {
  const search = document.getElementById("search");
  cursor = document.activeElement === search ? [search.selectionStart, search.value] : null;
});
document.addEventListener("htmx:afterSwap", () => {
  const search = document.getElementById("search");
  if (!cursor || !search) return;
  search.value = cursor[1];
  search.focus();
  search.setSelectionRange(cursor[0], cursor[0]);
});
