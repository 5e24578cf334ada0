/* The live differential: what moved, candidates that open in place, answers to what was not asked. */
import { element, say } from "./words.js";
import { createNext } from "./next.js";
import { withFinding } from "./profile.js";
import { swap } from "./swap.js";
import { request } from "../http.js";

const STEADY_AFTER = 500; // ms without a change before the leader is tried without each finding

export function createDifferential({ box, sheet, store, sync, page, announce, undo }) {
  const open = new Set();
  const against = new Map(); // the candidate that an open one is compared with, where one was chosen
  let shown = 10;
  let timer = null;
  let busyTimer = null;
  const next = createNext({ box, store, page, announce, again: () => list() });

  function show(html) {
    const held = box.contains(document.activeElement) ? document.activeElement.id : "";
    swap(box, html);
    settle();
    // What had the keyboard inside an open candidate is there again only now.
    if (held && document.activeElement?.id !== held) document.getElementById(held)?.focus({ preventScroll: true });
    next.shown();
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
    const parts = first ? [first.querySelector(".open"), first.querySelector(".band-w") ?? first.querySelector(".standing b")] : [box.querySelector("[data-list] .tag, [data-list] h3")];
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
    const choice = body.querySelector("[data-from]");
    const wanted = against.get(id);
    if (choice && wanted && choice.value !== wanted && [...choice.options].some((one) => one.value === wanted)) apart(id, wanted);
  }

  /** What separates an open candidate from another one than the next. */
  async function apart(id, other) {
    const query = new URLSearchParams({ from: other });
    try {
      const answer = await request(`${page.urls.separates.replace("DISEASE", encodeURIComponent(id))}?${query}`);
      const section = document.getElementById(`body-${id}`)?.querySelector("[data-separates]");
      if (!section) return;
      const held = section.contains(document.activeElement);
      section.outerHTML = answer.html;
      if (held) document.getElementById(`sep-${id}`)?.focus({ preventScroll: true });
    } catch (error) {
      announce(error.body?.message ?? say("offline_more"));
    }
  }

  /** Two that stand next to each other and are kin: opened, at what separates them. */
  async function kin(id, other) {
    against.set(id, other);
    if (open.has(id)) await apart(id, other);
    else await toggle(id);
    const section = document.getElementById(`body-${id}`)?.querySelector("[data-separates]");
    (section?.querySelector("select") ?? section)?.focus?.({ preventScroll: true });
    section?.scrollIntoView({ block: "nearest" });
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

  /** The list as it is wanted now; what is stored is ranked. */
  async function list() {
    await sync.settled();
    const query = new URLSearchParams({ shown });
    open.forEach((id) => query.append("open", id));
    next.skipped().forEach((term) => query.append("skip", term));
    const answer = await request(`${page.urls.differential}?${query}`).catch(() => null);
    if (!answer) {
      announce(say("offline_more"));
      return false;
    }
    swap(box.querySelector("[data-list]"), answer.list);
    settle();
    next.shown();
    return true;
  }

  async function length(count) {
    const before = shown;
    shown = count;
    if (await list()) box.querySelector(`.cand:nth-child(${count > 10 ? 11 : 1}) .open`)?.focus({ preventScroll: count > 10 });
    else shown = before;
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
    else if (button.dataset.kin) kin(button.dataset.kin, button.dataset.with);
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
  box.addEventListener("change", (event) => {
    const choice = event.target.closest("[data-from]");
    const id = choice?.closest("[data-separates]").dataset.separates;
    if (!id) return;
    against.set(id, choice.value);
    apart(id, choice.value);
  });
  settle();

  return {
    show,
    wanted: () => ({ shown, open: [...open], skip: next.skipped() }),
    busy(on) {
      clearTimeout(busyTimer);
      if (on) busyTimer = setTimeout(() => sheet.setAttribute("aria-busy", "true"), 300);
      else sheet.removeAttribute("aria-busy");
    },
    focus: () => box.querySelector(".open")?.focus(),
    ask: () => next.focus(),
  };
}
