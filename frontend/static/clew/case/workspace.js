/* The workspace: puts its parts together. Each part owns its corner of the page; the store holds
   the case, the sync carries it to the server, and nothing else talks to both. */
import { createAlarm } from "./alarm.js";
import { createCombo } from "./combo.js";
import { createDifferential } from "./differential.js";
import { createEditor } from "./editor.js";
import { createFindings } from "./findings.js";
import { createGenes } from "./genes.js";
import { createLetters } from "./letters.js";
import { createNote } from "./note.js";
import { createPatient } from "./patient.js";
import { createSimilar } from "./similar.js";
import { createStore } from "./store.js";
import { createSync } from "./sync.js";
import { createTray } from "./tray.js";
import { keyOf } from "./ranges.js";
import { say } from "./words.js";
import { request } from "../http.js";
import { onKeys } from "../keys.js";
import { copyText } from "../copy.js";
import { kept } from "../vault.js";

const page = JSON.parse(document.getElementById("case-data").textContent);
const user = document.body.dataset.user;
const $ = (selector) => document.querySelector(selector);

const saved = $("[data-saved]");
const alarm = createAlarm($("[data-alarm]"), document.body.dataset.signIn);
const store = createStore(page.content);
const announce = (text) => {
  saved.textContent = text;
};

let wantSave = false;
const parts = {};

const view = {
  wanted: () => parts.differential.wanted(),
  busy: (on) => parts.differential.busy(on),
  keeping: () => announce(say("saving")),
  show(answer) {
    parts.findings.show(answer.findings);
    parts.genes.show(answer.genes);
    parts.differential.show(answer.differential);
    $("[data-who]").textContent = answer.who;
    parts.letters.lost(answer.lost);
  },
  kept(answer, { recovered }) {
    announce(answer.saved);
    if (recovered) alarm.word(say("sent_again"));
    else if ($("[data-alarm]").dataset.on) alarm.clear();
  },
  offline(facts) {
    announce(say("not_saved"));
    alarm.offline({ ...facts, tryNow: () => sync.now() });
  },
  expired: (facts) => alarm.expired({ ...facts, tryNow: () => sync.now() }),
  refused: (problem) => alarm.refused(problem),
  conflict: (problem, choices) => alarm.conflict(problem, choices),
  tookTheirs: () => read(),
};

const sync = createSync({ store, page, user, view });

const choose = (words) => parts.combo.find(words);
parts.letters = createLetters({ section: $("[data-note]"), store, sync, page, announce, onNames: () => parts.note?.redraw(), onInserted: () => parts.editor.editing() && parts.editor.close() });
parts.note = createNote({ section: $("[data-note]"), store, page, onChoose: choose, names: parts.letters.names });
parts.tray = createTray({ box: $("[data-tray]"), store, page, onChoose: choose, announce });
parts.findings = createFindings({ box: $("[data-findings]"), store, page, announce });
parts.differential = createDifferential({ box: $("[data-differential]"), sheet: $("[data-differential-sheet]"), store, sync, page, announce, undo });
parts.similar = createSimilar({ box: $("[data-similar]"), sync, page, announce });
parts.genes = createGenes({ section: $("[data-genes]"), store, page, announce });
parts.patient = createPatient({ form: $("[data-patient]"), store, page });
parts.combo = createCombo({ box: $("[data-combo]"), store, page, announce });
parts.editor = createEditor({ section: $("[data-note]"), store, sync, page, onRead: read, onWalk: () => parts.note.focus() });
parts.editor.onKeep?.((words) => parts.note.keepWords(words));

const phrasesOf = (content) => content.unmapped.join("\n");
const shape = (content) => ({ note: content.note, phrases: phrasesOf(content), letters: keyOf(content) });
let drawn = shape(store.content);
store.subscribe((content, cause) => {
  if (cause !== "typing" && content.note !== drawn.note) {
    drawn = shape(content);
    read();
  } else if (cause !== "typing" && (phrasesOf(content) !== drawn.phrases || keyOf(content) !== drawn.letters)) {
    drawn = { ...shape(content), note: drawn.note };
    parts.note.redraw();
  } else if (cause !== "typing") {
    parts.note.paint();
  }
  parts.tray.draw();
  parts.letters.paint();
  parts.editor.refresh();
  if (["undo", "redo", "theirs", "replay"].includes(cause)) parts.patient.refresh(spokenAge);
  if (!["adopt", "typing", "theirs", "replay"].includes(cause)) sync.touch();
});

/** Mentions of the text as it stands; if nobody answers the text stays, and is read later. */
let unread = false;
async function read() {
  const text = store.content.note;
  drawn = { ...shape(store.content), note: text };
  parts.note.draw([]);
  if (!text.trim()) return;
  try {
    const answer = await request(page.urls.read, { body: { text } });
    unread = false;
    if (store.content.note === text) parts.note.draw(answer.mentions);
  } catch {
    unread = true;
    announce(say("reading_away"));
  }
}
sync.onSettled(() => unread && read());

function undo() {
  announce(store.undo() ? say("undone") : say("nothing_to_undo"));
}

function spokenAge(value) {
  if (!value) return "";
  if (page.onsets[value]) return page.onsets[value];
  const names = { Y: "year", M: "month", W: "week", D: "day" };
  return [...value.matchAll(/([\d.]+)([YMWD])/g)].map(([, n, unit]) => `${n} ${names[unit]}${n === "1" ? "" : "s"}`).join(" ");
}

/** A field that still has the keyboard has not told its words yet. */
function commit() {
  const held = document.activeElement;
  if (held?.matches("#age, #onset, [data-act=onset], [data-act=relative], [data-set=score]")) held.dispatchEvent(new Event("change", { bubbles: true }));
}

async function save() {
  commit();
  if (parts.editor.editing()) parts.editor.close();
  wantSave = true;
  if (sync.pending) {
    announce(say("save_wait"));
    sync.now();
    return;
  }
  wantSave = false;
  try {
    const answer = await request(page.urls.save, { body: {} });
    announce(answer.words);
  } catch (error) {
    if (error.passing || error.signedOut) {
      wantSave = true;
      announce(say("save_wait"));
      setTimeout(() => wantSave && save(), 4000);
    } else {
      alarm.refused(error.body);
    }
  }
}
sync.onSettled(() => wantSave && save());

async function copy() {
  await sync.settled();
  try {
    announce(say((await copyText(await request(page.urls.text))) ? "copied" : "not_copied"));
  } catch {
    announce(say("not_copied"));
  }
}

$("[data-save]")?.addEventListener("click", save);
$("[data-copy]")?.addEventListener("click", copy);
document.querySelectorAll("[data-workspace] form[method=post]").forEach((form) =>
  form.addEventListener("submit", async (event) => {
    if (!sync.pending) return;
    event.preventDefault();
    await sync.settled();
    form.requestSubmit(event.submitter);
  }),
);

const field = (target) => target.closest?.("textarea, input:not([type=checkbox]), [contenteditable=true]");
document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
  const key = event.key.toLowerCase();
  if (key === "s" && page.editable) {
    event.preventDefault();
    save();
  } else if ((key === "z" || key === "y") && page.editable && !(field(event.target) && event.target.value)) {
    event.preventDefault();
    if (key === "y" || event.shiftKey) announce(store.redo() ? say("redone") : say("nothing_to_undo"));
    else undo();
  } else if (key === "enter" && !event.defaultPrevented) {
    const form = $("[data-investigate]");
    if (form) {
      event.preventDefault();
      commit();
      form.requestSubmit();
    }
  }
});
onKeys({
  e: () => page.editable && parts.editor.open(),
  n: () => parts.note.focus(),
  f: () => parts.combo.focus(),
  g: () => parts.genes.open(),
  l: () => parts.letters.open(),
  d: () => parts.differential.focus(),
  q: () => parts.differential.ask(),
  s: () => parts.similar.focus(),
});

/* Words in single fields survive a reload too. */
for (const id of ["age", "onset", "add"]) {
  const input = document.getElementById(id);
  if (!input) continue;
  const key = `clew:draft:${user}:${page.id}:${id}`;
  const before = sessionStorage.getItem(key);
  input.addEventListener("input", () => sessionStorage.setItem(key, input.value));
  input.addEventListener("change", () => input.getAttribute("aria-invalid") || sessionStorage.removeItem(key));
  if (before && before !== input.value) {
    input.value = before;
    if (id !== "add") input.dispatchEvent(new Event("change"));
  }
}

addEventListener("online", () => sync.wake());
addEventListener("focus", () => sync.wake());
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && sync.wake());
addEventListener("pageshow", (event) => event.persisted && location.reload());

parts.note.draw(page.mentions);
parts.tray.draw();
const left = kept(user, page.id);
if (left && page.editable) {
  if (left.dirty) {
    store.change(() => left.content, { cause: "replay" });
    sync.replay(left);
    alarm.word(say("replayed"));
    read();
  }
  if (left.note !== null && left.note !== undefined) {
    sync.hold(left.note);
    parts.editor.open();
  }
} else if (page.editable && !store.content.note && !store.content.findings.length) {
  parts.editor.open();
}
document.documentElement.dataset.ready = "yes";
