/* The letters of a case: adding one, watching it being read, taking it into the note, putting it away.

   A file that has not reached the server stays in this page with the reason, until it is sent or let go. */
import { csrfToken, Failure, request } from "../http.js";
import { swap } from "./swap.js";
import { count, withLetter } from "./ranges.js";
import { element, icon, say } from "./words.js";

const LARGEST = 20 * 1024 * 1024; // bytes
const LOOKS = [700, 1000, 1000, 2000]; // ms between looks at a letter that is being read; the last one again and again
const STALLED = 60000; // ms without a byte on its way

/** A file as the body of a request, with its name in a header; `onPart` hears how much of it is sent. */
function send(url, file, onPart) {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    let idle = setTimeout(() => xhr.abort(), STALLED);
    const alive = () => {
      clearTimeout(idle);
      idle = setTimeout(() => xhr.abort(), STALLED);
    };
    const end = () => clearTimeout(idle);
    xhr.open("POST", url);
    xhr.setRequestHeader("X-Clew-Page", "1");
    xhr.setRequestHeader("X-Clew-User", document.body.dataset.user ?? "");
    xhr.setRequestHeader("X-CSRFToken", csrfToken());
    xhr.setRequestHeader("X-Clew-Name", encodeURIComponent(file.name.replace(/[\ud800-\udfff]/gu, "")));
    xhr.setRequestHeader("Content-Type", "application/octet-stream");
    xhr.upload.addEventListener("progress", (event) => {
      alive();
      onPart(event.lengthComputable ? event.loaded / event.total : 0);
    });
    for (const name of ["error", "abort"]) xhr.addEventListener(name, () => (end(), reject(new Failure(0))));
    xhr.addEventListener("load", () => {
      end();
      let body = null;
      try {
        body = JSON.parse(xhr.responseText);
      } catch {
        /* not an answer of ours */
      }
      if (xhr.status === 200 && body) resolve(body);
      else reject(new Failure(xhr.status, body));
    });
    xhr.send(file);
  });
}

export function createLetters({ section, store, sync, page, announce, onNames, onInserted }) {
  const box = section.querySelector("[data-letters]");
  const rows = box.querySelector("[data-letter-rows]");
  const sending = box.querySelector("[data-letter-sending]");
  const gone = box.querySelector("[data-letter-lost]");
  const picker = box.querySelector("[data-letter-file]");
  const total = box.querySelector("[data-letter-count]");
  const names = { ...page.letters };
  let drawn = "";
  let looks = 0;
  let timer = null;
  let line = Promise.resolve(); // one file after the other

  const urlOf = (id, what) => `${page.url}attachments/${id}/${what}/`;

  function show(answer) {
    if (answer.html !== drawn) draw(answer); // a list that says the same stays as it is, with what is open in it
    watch(answer.reading);
  }

  function draw(answer) {
    drawn = answer.html;
    const was = new Map([...rows.querySelectorAll("[data-letter]")].map((row) => [row.dataset.letter, row.dataset.state]));
    const open = [...rows.querySelectorAll("details[open]")].map((one) => one.id);
    swap(rows, answer.html);
    for (const one of rows.querySelectorAll("details")) one.open = open.includes(one.id);
    for (const name of Object.keys(names)) delete names[name];
    Object.assign(names, answer.names);
    for (const row of rows.querySelectorAll("[data-letter]")) {
      const { letter, state, name } = row.dataset;
      if (was.get(letter) === "reading" && state !== "reading") announce(say(state === "ready" ? "letter_ready" : "letter_failed", { name }));
    }
    paint();
    onNames();
  }

  function watch(reading) {
    clearTimeout(timer);
    if (!reading) {
      looks = 0;
      return;
    }
    timer = setTimeout(async () => {
      looks += 1;
      try {
        show(await request(page.urls.letters));
      } catch (error) {
        // The list stays as it is; the next look may be answered, unless there is nothing to see any more.
        watch(!(error instanceof Failure && error.status === 404));
      }
    }, LOOKS[Math.min(looks, LOOKS.length - 1)]);
  }

  /** Which letters the note holds already. */
  function paint() {
    const held = new Set((store.content.letters ?? []).map((one) => one.attachment));
    let here = 0;
    for (const row of rows.querySelectorAll(":scope > .let-l > [data-letter]")) {
      here += 1;
      const inside = held.has(row.dataset.letter);
      const tag = row.querySelector("[data-in-note]");
      if (tag) tag.hidden = !inside;
      row.querySelector("[data-letter-act=insert]")?.classList.toggle("btn-q", inside);
    }
    total.textContent = here || "";
  }

  function add(files) {
    for (const file of files) {
      const row = element("div", { class: "let-s" });
      sending.append(row);
      const next = () => one(file, row);
      line = line.then(next, next); // what went wrong with one keeps no other back
    }
  }

  async function one(file, row) {
    const bar = element("progress", { max: "1", value: "0", "aria-label": say("letter_sending", { name: file.name }) });
    row.replaceChildren(icon("doc"), element("bdi", { class: "b clip" }, file.name), bar);
    const problem = !file.size ? "letter_empty" : file.size > LARGEST ? "letter_large" : "";
    if (problem) return refused(file, row, say(problem), false);
    try {
      const answer = await send(page.urls.letter_add, file, (part) => (bar.value = part));
      row.remove();
      looks = 0;
      show(answer);
      announce(say("letter_added", { name: answer.name }));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const { message = "", hint = "" } = error.body;
      if (error.signedOut) refused(file, row, say(error.body.code === "other_person" ? "letter_other" : "letter_signed_out"), true);
      else if (error.passing) refused(file, row, say("letter_away"), true);
      else refused(file, row, `${message} ${hint}`.trim() || say("letter_away"), !message);
    }
    return undefined;
  }

  function refused(file, row, words, again) {
    const buttons = [];
    if (again) {
      const retry = element("button", { class: "btn", type: "button" }, say("try_now"));
      retry.addEventListener("click", () => (line = line.then(() => one(file, row))));
      buttons.push(retry);
    }
    const away = element("button", { class: "btn btn-q btn-i", type: "button", "aria-label": say("letter_dismiss", { name: file.name }) }, icon("x"));
    away.addEventListener("click", () => {
      row.remove();
      box.querySelector("[data-letter-add]")?.focus();
    });
    row.replaceChildren(icon("stop"), element("p", { class: "problem", role: "alert" }, element("bdi", { class: "b" }, file.name), ` ${words}`), ...buttons, away);
  }

  async function insert(id, name) {
    if (sync.held() !== null) return announce(say("letter_mend"));
    const answer = await request(urlOf(id, "text"));
    const next = withLetter(store.content, id, answer.stretches);
    if (count(next.note) > page.limits.note) return refusedHere(say("letter_long", { name, n: count(next.note), limit: page.limits.note }));
    store.change(() => next, { cause: "letter" });
    announce(say("letter_inserted", { name }));
    return onInserted();
  }

  function refusedHere(words) {
    gone.replaceChildren(icon("info"), element("p", {}, words));
    gone.hidden = !words;
  }

  const acts = {
    insert,
    remove: async (id, name) => {
      show(await request(urlOf(id, "remove"), { body: {} }));
      announce(say("letter_removed", { name }));
    },
    restore: async (id, name) => {
      show(await request(urlOf(id, "restore"), { body: {} }));
      announce(say("letter_restored", { name }));
    },
    erase: async (id, name) => {
      show(await request(urlOf(id, "erase"), { body: {} }));
      announce(say("letter_erased", { name }));
    },
    retry: async (id) => {
      looks = 0;
      show(await request(urlOf(id, "retry"), { body: {} }));
    },
  };

  rows.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-letter-act]");
    const row = button?.closest("[data-letter]");
    if (!row) return;
    button.disabled = true;
    refusedHere("");
    try {
      await acts[button.dataset.letterAct](row.dataset.letter, row.dataset.name);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      refusedHere(error.signedOut ? say("letter_signed_out") : error.passing ? say("letter_no_answer") : `${error.body.message ?? ""} ${error.body.hint ?? ""}`);
    } finally {
      button.disabled = false;
    }
  });

  const add_ = box.querySelector("[data-letter-add]");
  add_?.addEventListener("click", () => picker.click());
  picker?.addEventListener("change", () => {
    add([...picker.files]);
    picker.value = "";
  });

  /* A file dropped on the note. Words that are dragged stay the field's own business. */
  const carries = (event) => page.editable && event.dataTransfer?.types.includes("Files");
  for (const name of ["dragenter", "dragover"]) {
    section.addEventListener(name, (event) => {
      if (!carries(event)) return;
      event.preventDefault();
      section.dataset.over = "yes";
    });
  }
  section.addEventListener("dragleave", (event) => {
    if (!section.contains(event.relatedTarget)) delete section.dataset.over;
  });
  section.addEventListener("drop", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    delete section.dataset.over;
    add([...event.dataTransfer.files]);
  });

  paint();
  watch(page.letters_reading);
  return {
    paint,
    names,
    /** Words of the note that are no longer the letter's: said where the letters stand. */
    lost: (words) => words && refusedHere(words),
    open() {
      add_?.focus();
      picker?.click();
    },
  };
}
