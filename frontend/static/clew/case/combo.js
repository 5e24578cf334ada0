/* Adding a finding: a combobox over labels and synonyms (WAI-ARIA APG, list autocomplete). */
import { element, say } from "./words.js";
import { count, placeOf } from "./ranges.js";
import { finding, withFinding, withoutPhrase, withPhrase } from "./profile.js";
import { request } from "../http.js";

const PAUSE = 60; // ms

export function createCombo({ box, store, page, announce }) {
  if (!box) return { find() {}, focus() {} };
  const input = box.querySelector("input");
  const pop = box.querySelector("[data-pop]");
  const list = box.querySelector("[role=listbox]");
  const about = box.querySelector("[data-about]");
  let found = [];
  let active = -1;
  let asked = "";
  let stop = null;
  let timer = null;
  let as = "present"; // what choosing a term adds it as, until one was added
  let phrase = ""; // the unmapped words that a term is looked for

  function addAs(status) {
    as = status;
    pop.querySelectorAll("[data-as]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.as === status)));
  }

  function close() {
    pop.hidden = true;
    addAs("present");
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    active = -1;
  }

  function clear() {
    input.value = "";
    phrase = "";
    found = [];
    close();
  }

  async function ask() {
    const text = input.value.trim();
    stop?.abort();
    if (!text) return close();
    stop = new AbortController();
    try {
      const answer = await request(`${page.urls.terms}?q=${encodeURIComponent(text)}`, { signal: stop.signal });
      if (input.value.trim() !== text) return;
      asked = text;
      found = answer.terms;
      draw();
    } catch (error) {
      if (error.name === "AbortError") return;
      asked = text;
      found = [];
      list.replaceChildren(element("li", { class: "c3", role: "option", "aria-disabled": "true", "aria-selected": "false" }, say("terms_away")));
      about.replaceChildren();
      pop.hidden = false;
      active = -1;
    }
  }

  function draw() {
    const rows = found.map((term, at) =>
      element("li", { id: `o-${at}`, role: "option", "data-at": at, "aria-selected": "false" }, element("span", {}, ...(term.matched === term.label ? marked(term) : [term.label])), element("span", { class: "id" }, term.id), element("span", { class: "syn" }, ...how(term))),
    );
    if (!found.length) rows.push(element("li", { id: "o-0", role: "option", "data-at": 0, "data-keep": true, "aria-selected": "false" }, say("no_term", { text: asked })));
    list.replaceChildren(...rows);
    pop.hidden = false;
    input.setAttribute("aria-expanded", "true");
    list.scrollTop = 0;
    choose(0);
  }

  function how(term) {
    const here = standing(term.id);
    const state = here ? [element("b", {}, here)] : [];
    if (term.note) return [term.note, ...(here ? [", ", ...state] : [])];
    if (!term.synonym) return state;
    return [`${say("also_called")} `, ...marked(term), ...(here ? [", ", ...state] : [])];
  }

  /** The words of a name that were typed are underlined. */
  function marked({ matched, spans }) {
    const text = [...matched];
    const pieces = [];
    let done = 0;
    for (const [start, end] of spans) {
      pieces.push(text.slice(done, start).join(""), element("u", {}, text.slice(start, end).join("")));
      done = end;
    }
    return [...pieces, text.slice(done).join("")].filter((piece) => piece !== "");
  }

  function standing(id) {
    const entry = finding(store.content, id, "present");
    const kin = finding(store.content, id, "family");
    if (entry) return say(entry.origin === "note" ? "already_note" : "already", { status: say(entry.status) });
    return kin ? say("already", { status: say("family") }) : "";
  }

  function choose(at) {
    const rows = [...list.children];
    active = Math.max(0, Math.min(rows.length - 1, at));
    rows.forEach((row, position) => row.setAttribute("aria-selected", String(position === active)));
    input.setAttribute("aria-activedescendant", rows[active].id);
    rows[active].scrollIntoView({ block: "nearest" });
    const term = found[active];
    about.replaceChildren(
      ...(term
        ? [
            element("p", { class: "b" }, term.label),
            element("p", { class: "mt1 c2" }, term.definition || say("no_definition")),
            element("dl", { class: "kv mt2" }, element("dt", {}, say("diseases")), element("dd", {}, say("diseases_n", { n: term.diseases.toLocaleString("en").replaceAll(",", "\u202f") })), element("dt", {}, say("broader")), element("dd", {}, term.parent || "–"), element("dt", {}, say("here")), element("dd", {}, standing(term.id) || say("not_here"))),
          ]
        : []),
    );
  }

  function take(status) {
    if (asked !== input.value.trim() || active < 0) return; // nothing unseen is added
    if (!found.length) {
      if (list.querySelector("[data-keep]")) keep(asked);
      return;
    }
    if (store.content.findings.length >= page.limits.findings) return announce(say("too_many", { limit: page.limits.findings }));
    const { id, label } = found[active];
    const words = phrase;
    store.change((content) => {
      const rest = words ? withoutPhrase(content, words) : content;
      const entry = { term: id, label, status, origin: words ? "note" : "typed" };
      return withFinding(rest, words ? { ...entry, quote: words, letter: placeIn(content, words) } : entry);
    });
    clear();
    announce(say("added", { name: label, status: say(status) }));
    return undefined;
  }

  /** Words that were selected in the note may stand in a letter. */
  function placeIn(content, words) {
    const at = content.note.indexOf(words);
    if (at < 0) return null;
    const start = count(content.note.slice(0, at));
    return placeOf(content, start, start + count(words));
  }

  function keep(words) {
    store.change((content) => withPhrase(content, words.slice(0, page.limits.phrase)));
    clear();
    announce(say("kept_phrase", { text: words }));
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
    if (!input.value.trim()) close();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (pop.hidden) ask();
      else choose(active + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey) return;
      if (!pop.hidden) take(event.shiftKey ? "excluded" : as);
    } else if (event.key === "Escape" && (!pop.hidden || input.value)) {
      event.preventDefault();
      if (pop.hidden) clear();
      else close();
    }
  });
  input.addEventListener("blur", () => setTimeout(() => box.contains(document.activeElement) || close(), 120));
  input.addEventListener("focus", () => input.value.trim() && pop.hidden && ask());
  pop.addEventListener("pointerdown", (event) => event.preventDefault());
  pop.addEventListener("click", (event) => {
    const button = event.target.closest("[data-as]");
    if (!button) return;
    addAs(button.dataset.as);
    input.focus();
  });
  list.addEventListener("click", (event) => {
    const row = event.target.closest("[data-at]");
    if (!row) return;
    choose(Number(row.dataset.at));
    take(event.shiftKey ? "excluded" : as);
  });

  return {
    focus: () => input.focus(),
    /** Looks for a term for words of the note; taking one removes the phrase from the tray. */
    find(words) {
      input.value = words.slice(0, 120);
      phrase = store.content.unmapped.includes(words) ? words : "";
      input.focus();
      ask();
    },
  };
}
