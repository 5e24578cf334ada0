/* Editing the text of the note. What cannot be kept stays in the field, with the reason beside it. */
import { withNote } from "./ranges.js";
import { element, say } from "./words.js";

// eslint-disable-next-line no-control-regex
const CONTROL = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g;
const PAUSE = 500; // ms without a key before the text is sent

export function createEditor({ section, store, sync, page, onRead, onWalk }) {
  const edit = section.querySelector("[data-edit]");
  const panel = section.querySelector("#note-edit");
  const field = section.querySelector("#note");
  const shown = section.querySelector("[data-walk]");
  const strip = section.querySelector("[data-strip]");
  const problem = section.querySelector("#note-problem");
  const length = section.querySelector("[data-length]");
  const keep = section.querySelector("[data-keep-selection]");
  if (!field) return { open() {}, editing: () => false, refresh() {} };

  function wrong() {
    const text = field.value;
    const controls = text.match(CONTROL)?.length ?? 0;
    const long = [...text].length > page.limits.note;
    problem.replaceChildren();
    field.removeAttribute("aria-invalid");
    length.textContent = text.length > page.limits.note * 0.8 ? `${text.length.toLocaleString("en").replaceAll(",", "\u202f")} / ${page.limits.note.toLocaleString("en").replaceAll(",", "\u202f")}` : "";
    if (!controls && !long) return false;
    field.setAttribute("aria-invalid", "true");
    if (long) problem.append(element("p", {}, say("note_long", { n: text.length, limit: page.limits.note })));
    if (controls) {
      const mend = element("button", { class: "link", type: "button" }, say("remove_control"));
      mend.addEventListener("click", () => {
        field.value = field.value.replace(CONTROL, "");
        typed();
        field.focus();
      });
      problem.append(element("p", {}, say("note_control", { n: controls }), " ", mend));
    }
    return true;
  }

  function typed() {
    const bad = wrong();
    if (bad) {
      sync.hold(field.value);
      return;
    }
    sync.hold(null);
    const changed = store.change((content) => withNote(content, field.value), { cause: "typing", merge: "note" });
    if (changed) sync.touch({ delay: PAUSE });
  }

  const editing = () => !panel.hidden;

  function open() {
    field.value = sync.held() ?? store.content.note;
    const height = Math.max(240, shown.offsetHeight + 40);
    field.style.height = `${Math.min(height, innerHeight * 0.6)}px`;
    panel.hidden = false;
    shown.hidden = strip.hidden = true;
    edit.setAttribute("aria-expanded", "true");
    section.querySelector("[data-edit-words]").textContent = say("done");
    wrong();
    field.focus();
  }

  async function close() {
    if (wrong()) {
      field.focus();
      return;
    }
    typed();
    panel.hidden = true;
    shown.hidden = strip.hidden = false;
    edit.setAttribute("aria-expanded", "false");
    section.querySelector("[data-edit-words]").textContent = say("edit");
    edit.focus({ preventScroll: true });
    await onRead();
    if (document.activeElement === edit) onWalk();
  }

  edit.addEventListener("click", () => (editing() ? close() : open()));
  section.querySelector("[data-done]").addEventListener("click", close);
  field.addEventListener("input", typed);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  });
  const words = () => field.value.slice(field.selectionStart, field.selectionEnd).trim();
  const selection = () => (keep.disabled = !words());
  for (const name of ["select", "keyup", "pointerup"]) field.addEventListener(name, selection);
  document.addEventListener("selectionchange", () => document.activeElement === field && selection());

  return {
    open,
    close,
    editing,
    onKeep: (act) => keep.addEventListener("click", () => act(words()) && field.focus()),
    /** The content changed elsewhere (undo, theirs). */
    refresh() {
      if (editing() && field.value !== store.content.note && !sync.held()) field.value = store.content.note;
    },
  };
}
