/* One gene by its symbol or id: a combobox over the genes that a disease is linked to (WAI-ARIA APG). */
import { element, say } from "./words.js";
import { gene } from "./profile.js";
import { request } from "../http.js";

const PAUSE = 60; // ms

export function createGeneBox({ box, store, page, take }) {
  const input = box.querySelector("input");
  const list = box.querySelector("[role=listbox]");
  let choices = []; // per option the entry it adds
  let active = -1;
  let asked = "";
  let stop = null;
  let timer = null;

  function close() {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  async function ask() {
    const text = input.value.trim();
    stop?.abort();
    if (!text) return close();
    stop = new AbortController();
    try {
      const answer = await request(`${page.urls.genes}?q=${encodeURIComponent(text)}`, { signal: stop.signal });
      if (input.value.trim() !== text) return undefined;
      asked = text;
      return draw(answer);
    } catch (error) {
      if (error.name === "AbortError") return undefined;
      asked = text;
      return draw(null);
    }
  }

  function draw(answer) {
    choices = [];
    const rows = [];
    if (answer === null) rows.push(quiet(say("terms_away")));
    else if (answer.genes.length) rows.push(...answer.genes.map(option));
    else {
      rows.push(quiet(answer.possible ? `${say("gene_none", { text: asked })}${answer.near.length ? ` ${say("gene_near")}` : ""}` : say("gene_not", { text: asked })));
      rows.push(...answer.near.map(option));
      if (answer.possible) rows.push(choice({ symbol: asked.includes(":") ? asked : asked.toUpperCase(), id: "" }, say("gene_keep", { text: asked })));
    }
    list.replaceChildren(...rows);
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    if (choices.length) choose(0);
    else input.removeAttribute("aria-activedescendant");
  }

  const quiet = (words) => element("li", { class: "c3", role: "option", "aria-disabled": "true", "aria-selected": "false" }, words);

  function choice(entry, ...words) {
    const at = choices.push(entry) - 1;
    return element("li", { id: `go-${at}`, role: "option", "data-at": at, "aria-selected": "false" }, ...words);
  }

  function option({ symbol, id, diseases, disease }) {
    const known = diseases > 1 ? say("gene_diseases", { disease, n: diseases - 1 }) : disease;
    const here = gene(store.content, symbol) ? [element("b", {}, say("gene_here"))] : [];
    return choice({ symbol, id }, element("span", { class: "id" }, symbol), element("span", { class: "syn" }, known), ...here);
  }

  function choose(at) {
    const rows = [...list.querySelectorAll("[data-at]")];
    active = Math.max(0, Math.min(rows.length - 1, at));
    rows.forEach((row, position) => row.setAttribute("aria-selected", String(position === active)));
    input.setAttribute("aria-activedescendant", rows[active].id);
    rows[active].scrollIntoView({ block: "nearest" });
  }

  function add() {
    if (asked !== input.value.trim() || !choices[active]) return; // nothing unseen is added
    const entry = choices[active];
    input.value = "";
    choices = [];
    close();
    take(entry);
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
    if (!input.value.trim()) close();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) ask();
      else if (choices.length) choose(active + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      if (!list.hidden) add();
    } else if (event.key === "Escape" && (!list.hidden || input.value)) {
      event.preventDefault();
      if (list.hidden) input.value = "";
      else close();
    }
  });
  input.addEventListener("blur", () => setTimeout(() => box.contains(document.activeElement) || close(), 120));
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const row = event.target.closest("[data-at]");
    if (!row) return;
    choose(Number(row.dataset.at));
    add();
    input.focus();
  });

  return { focus: () => input.focus() };
}
