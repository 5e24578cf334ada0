/* The finding list: status, onset, relative, removal, and the remedies of its hints. */
import { element, say } from "./words.js";
import { withChange, withFinding, withoutFinding, withoutRepeats } from "./profile.js";
import { onsetFrom } from "../ages.js";
import { swap } from "./swap.js";

export function createFindings({ box, store, page, announce }) {
  const rowOf = (target) => {
    const row = target.closest("li[data-term]");
    return row && { row, term: row.dataset.term, status: row.dataset.status, name: row.dataset.name };
  };

  box.addEventListener("change", (event) => {
    const at = rowOf(event.target);
    if (!at) return;
    const { act } = event.target.dataset;
    if (act === "status") {
      const status = event.target.value;
      store.change((content) => withChange(content, at, { status }));
      announce(say("said", { name: at.name, status: say(status) }));
    } else if (act === "relative") {
      store.change((content) => withChange(content, at, { relative: event.target.value.trim().slice(0, 80) }));
    } else if (act === "onset") {
      const onset = onsetFrom(event.target.value, page.onsets);
      at.row.querySelector(".problem")?.remove();
      event.target.removeAttribute("aria-invalid");
      if (onset === undefined) {
        event.target.setAttribute("aria-invalid", "true");
        at.row.append(element("p", { class: "problem hint", role: "alert" }, say("not_an_onset")));
        return;
      }
      store.change((content) => withChange(content, at, { onset }));
    }
  });

  const acts = {
    remove: (at) => (content) => withoutFinding(content, at),
    remove_present: (at) => (content) => withoutFinding(content, { term: at.term, status: "present" }),
    remove_excluded: (_, to) => (content) => withoutFinding(content, { term: to, status: "excluded" }),
    keep_one: (at) => (content) => withoutRepeats(content, at.term),
    replace: (at, to, label) => (content) => {
      const old = content.findings.find((one) => one.term === at.term && one.status === at.status);
      return old ? withFinding(withoutFinding(content, at), { ...old, term: to, label }) : content;
    },
  };

  box.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-act]");
    const at = button && rowOf(button);
    if (!at || !acts[button.dataset.act]) return;
    const { act, to, label } = button.dataset;
    const target = act === "remove" && to ? { term: to, status: "present" } : at;
    const next = at.row.nextElementSibling ?? at.row.previousElementSibling;
    const go = act.startsWith("remove") ? (next?.querySelector("[data-act=remove]")?.id ?? "add") : null;
    store.change(acts[act](target, to, label));
    announce(act === "replace" ? say("replace_with", { name: label }) : say("removed", { name: at.name }));
    if (go) document.getElementById(go)?.focus();
  });

  return { show: (html) => swap(box, html) };
}
