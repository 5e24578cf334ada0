/* The live differential: what moved, candidates that open in place, answers to what was not asked. */
import { element, say } from "./words.js";
import { withFinding } from "./profile.js";
import { swap } from "./swap.js";
import { request } from "../http.js";

const STEADY_AFTER = 500; // ms without a change before the leader is tried without each finding

export function createDifferential({ box, sheet, store, sync, page, announce, undo }) {
  const open = new Set();
  let shown = 10;
  let timer = null;
  let busyTimer = null;

  function show(html) {
    const held = box.contains(document.activeElement) ? document.activeElement.id : "";
    swap(box, html);
    settle();
    // What had the keyboard inside an open candidate is there again only now.
    if (held && document.activeElement?.id !== held) document.getElementById(held)?.focus({ preventScroll: true });
  }

  /** Bodies of candidates that were open come with the list. */
  function settle() {
    const there = new Set();
    box.querySelectorAll("template[data-opened]").forEach((template) => {
      there.add(template.dataset.opened);
      unfold(template.dataset.opened, template.innerHTML);
      template.remove();
    });
    open.forEach((id) => there.has(id) || open.delete(id));
    lead();
    clearTimeout(timer);
    if (box.querySelector("[data-steady]")) timer = setTimeout(steady, STEADY_AFTER);
  }

  /** On a narrow window the list is far below: the way to it says who leads. */
  function lead() {
    const words = document.querySelector("[data-jump-words]");
    const first = box.querySelector(".cand");
    const parts = first ? [first.querySelector(".open"), first.querySelector(".standing b")] : [box.querySelector("[data-list] .tag, [data-list] h3")];
    words?.replaceChildren(...parts.filter(Boolean).map((part) => element("span", {}, part.textContent)));
  }

  function unfold(id, html) {
    const body = document.getElementById(`body-${id}`);
    const button = document.getElementById(`open-${id}`);
    if (!body || !button) return;
    swap(body, html);
    body.hidden = false;
    button.setAttribute("aria-expanded", "true");
    button.closest(".cand").classList.add("opened");
    open.add(id);
  }

  function fold(id) {
    open.delete(id);
    document.getElementById(`body-${id}`).hidden = true;
    const button = document.getElementById(`open-${id}`);
    button.setAttribute("aria-expanded", "false");
    button.closest(".cand").classList.remove("opened");
  }

  async function toggle(id) {
    if (open.has(id)) return fold(id);
    await sync.settled();
    try {
      const answer = await request(page.urls.candidate.replace("DISEASE", encodeURIComponent(id)));
      return unfold(id, answer.html);
    } catch (error) {
      return announce(error.body?.message ?? say("offline_more"));
    }
  }

  async function length(count) {
    shown = count;
    const query = new URLSearchParams({ shown: count });
    open.forEach((id) => query.append("open", id));
    try {
      const answer = await request(`${page.urls.differential}?${query}`);
      swap(box.querySelector("[data-list]"), answer.list);
      settle();
      box.querySelector(`.cand:nth-child(${count > 10 ? 11 : 1}) .open`)?.focus({ preventScroll: count > 10 });
    } catch {
      shown = 10;
    }
  }

  async function steady() {
    const place = box.querySelector("[data-steady]");
    if (!place || sync.pending) return;
    try {
      const answer = await request(page.urls.steady);
      if (answer.revision === sync.revision && place.isConnected) place.innerHTML = answer.html;
    } catch {
      /* the list stands without it */
    }
  }

  box.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.open) toggle(button.dataset.open);
    else if (button.matches("[data-more]")) length(50);
    else if (button.matches("[data-fewer]")) length(10);
    else if (button.matches("[data-undo]")) undo();
    else if (button.dataset.answer) {
      const { answer: status, term, name } = button.dataset;
      const row = button.closest("li");
      const next = row.nextElementSibling ?? row.previousElementSibling; // this row goes: the keyboard moves on
      (next?.querySelector(`[data-answer=${status}]`) ?? button.closest(".cand").querySelector(".open")).focus({ preventScroll: true });
      store.change((content) => withFinding(content, { term, label: name, status, origin: "typed" }));
      announce(say("answered", { name, status: say(status) }));
    }
  });
  settle();

  return {
    show,
    wanted: () => ({ shown, open: [...open] }),
    busy(on) {
      clearTimeout(busyTimer);
      if (on) busyTimer = setTimeout(() => sheet.setAttribute("aria-busy", "true"), 300);
      else sheet.removeAttribute("aria-busy");
    },
    focus: () => box.querySelector(".open")?.focus(),
  };
}
