/* The candidate genes: rows with zygosity, origin and score, one gene by its symbol, a pasted list. */
import { createGeneBox } from "./genebox.js";
import { element, say } from "./words.js";
import { gene, withGene, withGeneChange, withGenes, withoutGene, withoutGenes } from "./profile.js";
import { swap } from "./swap.js";
import { request } from "../http.js";

const NAMED = 4; // genes without a disease, named; the rest are counted

export function createGenes({ section, store, page, announce }) {
  const rows = section.querySelector("[data-gene-rows]");
  const opener = section.querySelector("[data-gene-open]");
  if (!opener) return { show() {}, open() {} };
  const panel = section.querySelector("#gene-edit");
  const field = section.querySelector("#gene-list");
  const problems = section.querySelector("#gene-problems");
  const anyway = section.querySelector("[data-gene-anyway]");
  const said = section.querySelector("[data-gene-said]");
  const key = `clew:draft:${document.body.dataset.user}:${page.id}:gene-list`;

  const room = (more) => (store.content.genes?.length ?? 0) + more <= page.limits.genes;

  function tell(text) {
    said.textContent = text;
    announce(text);
  }

  const box = createGeneBox({
    box: section.querySelector("[data-gene-box]"),
    store,
    page,
    take(entry) {
      const there = Boolean(gene(store.content, entry.symbol));
      if (!there && !room(1)) return tell(say("genes_many", { limit: page.limits.genes }));
      store.change((content) => withGene(content, { score: null, zygosity: "unknown", inherited: "unknown", origin: "typed", ...entry }));
      return tell(say(there ? "gene_there" : "gene_added", { name: entry.symbol }));
    },
  });

  function open() {
    panel.hidden = false;
    opener.setAttribute("aria-expanded", "true");
    box.focus();
  }

  function close() {
    panel.hidden = true;
    opener.setAttribute("aria-expanded", "false");
    opener.focus();
  }

  /** What cannot be read stays in the field; what can is added at once, or when somebody says so. */
  async function read() {
    const text = field.value;
    problems.replaceChildren();
    anyway.hidden = true;
    if (!text.trim()) {
      tell(say("genes_empty"));
      return field.focus();
    }
    try {
      const answer = await request(page.urls.genes_read, { body: { text } });
      if (field.value !== text) return undefined;
      if (!answer.problems.length) return add(answer);
      problems.append(...answer.problems.map(({ message, hint }) => element("p", {}, `${message} ${hint}`)));
      said.textContent = "";
      if (answer.genes.length) {
        anyway.hidden = false;
        anyway.textContent = say("genes_anyway", { n: answer.genes.length });
        anyway.onclick = () => add(answer);
      }
    } catch (error) {
      problems.append(element("p", {}, error.passing ? say("genes_away") : (error.body?.message ?? say("genes_away"))));
    }
    return field.focus();
  }

  function add({ genes, unknown }) {
    const fresh = genes.filter((one) => !gene(store.content, one.symbol)).length;
    if (!room(fresh)) return problems.append(element("p", {}, say("genes_many", { limit: page.limits.genes })));
    store.change((content) => withGenes(content, genes));
    field.value = "";
    sessionStorage.removeItem(key);
    problems.replaceChildren();
    anyway.hidden = true;
    const names = unknown.map((one) => one.symbol);
    const listed = names.slice(0, NAMED).join(", ");
    const words = names.length > NAMED ? say("genes_unknown_more", { genes: listed, n: names.length - NAMED }) : listed;
    const count = genes.length === 1 ? say("gene_added_one") : say("genes_added", { n: genes.length });
    tell(names.length ? `${count}. ${say("genes_unknown", { genes: words })}` : count);
    return field.focus();
  }

  opener.addEventListener("click", () => (panel.hidden ? open() : close()));
  section.querySelector("[data-gene-close]").addEventListener("click", close);
  section.querySelector("[data-gene-read]").addEventListener("click", read);
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    close();
  });
  field.addEventListener("input", () => sessionStorage.setItem(key, field.value));
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.stopPropagation();
    read();
  });

  rows.addEventListener("change", (event) => {
    const row = event.target.closest("[data-symbol]");
    const { set } = event.target.dataset;
    if (!row || !set) return;
    const { symbol } = row.dataset;
    row.querySelector(".problem")?.remove();
    event.target.removeAttribute("aria-invalid");
    const value = set === "score" ? scoreFrom(event.target.value) : event.target.value;
    if (value === undefined) {
      event.target.setAttribute("aria-invalid", "true");
      row.append(element("p", { class: "problem", role: "alert" }, say("not_a_score")));
      return;
    }
    store.change((content) => withGeneChange(content, symbol, { [set]: value }));
  });
  rows.addEventListener("click", (event) => {
    if (event.target.closest("[data-remove-all]")) {
      store.change(withoutGenes);
      announce(say("genes_removed"));
      opener.focus();
      return;
    }
    const row = event.target.closest("button[data-remove]")?.closest("[data-symbol]");
    if (!row) return;
    const next = row.nextElementSibling ?? row.previousElementSibling;
    const go = next?.querySelector("[data-remove]")?.id;
    store.change((content) => withoutGene(content, row.dataset.symbol));
    announce(say("gene_removed", { name: row.dataset.symbol }));
    (go ? document.getElementById(go) : opener).focus();
  });

  const before = sessionStorage.getItem(key);
  if (before) {
    field.value = before;
    panel.hidden = false;
    opener.setAttribute("aria-expanded", "true");
  }

  return { show: (html) => swap(rows, html), open };
}

/** A number from 0 to 1, null for nothing, undefined for anything else. */
function scoreFrom(text) {
  const plain = text.trim().replace(",", ".");
  if (!plain) return null;
  const value = /^\d*\.?\d+$|^\d+\.$/.test(plain) ? Number(plain) : NaN;
  return value >= 0 && value <= 1 ? value : undefined;
}
