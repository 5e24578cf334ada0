/* Uploads in pieces: progress, several files one after the other, and a broken connection goes on where it
   stopped. Without this script the form sends whole files. What a file holds is never looked at here. */
import { csrfToken } from "../http.js";

const TRIES = 6; // of one piece, with growing pauses
const PAUSE = 1000; // ms
const PATIENCE = 120000; // ms for one piece on a slow line

const form = document.querySelector("[data-upload]");
if (form) prepare(form);

function prepare(form) {
  const input = form.querySelector("input[type=file]");
  const list = form.querySelector("[data-files]");
  const said = form.querySelector("[data-said]");
  const button = form.querySelector("[data-go]");
  const words = form.querySelector("[data-words]").dataset;
  const mould = form.querySelector("template[data-file]");
  const files = [];
  let going = false;

  button.hidden = true; // files are sent as they are chosen
  input.required = false;

  input.addEventListener("change", () => {
    take(input.files);
    input.value = "";
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (going || !arrived().length) return;
    const query = new URLSearchParams(arrived().map((one) => ["upload", one.id]));
    location.assign(`${form.dataset.next}?${query}`);
  });
  for (const name of ["dragover", "dragenter"]) {
    document.addEventListener(name, (event) => {
      if (![...event.dataTransfer.types].includes("Files")) return;
      event.preventDefault();
      form.dataset.over = "yes";
    });
  }
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) delete form.dataset.over;
  });
  document.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    delete form.dataset.over;
    take(event.dataTransfer.files);
  });
  addEventListener("beforeunload", (event) => {
    if (going) event.preventDefault();
  });

  const arrived = () => files.filter((one) => one.state === "here");

  function take(chosen) {
    for (const file of chosen) {
      const one = { file, state: "waits", item: drawn(file) };
      one.item.querySelector("button").addEventListener("click", () => away(one));
      list.append(one.item);
      files.push(one);
      if (file.size > Number(form.dataset.largest)) refuse(one, words.large);
      else if (!file.size) refuse(one, words.empty);
      else show(one, 0);
    }
    list.hidden = !files.length;
    work();
  }

  function drawn(file) {
    const item = mould.content.firstElementChild.cloneNode(true);
    item.querySelector(".kn-name").textContent = file.name;
    item.querySelector(".kn-size").textContent = size(file.size);
    item.querySelector("button").setAttribute("aria-label", words.takes.replace("%s", file.name));
    item.querySelector("[role=progressbar]").setAttribute("aria-label", file.name);
    return item;
  }

  async function work() {
    if (going) return;
    going = true;
    button.hidden = true;
    for (let one; (one = files.find((each) => each.state === "waits")); ) await send(one);
    going = false;
    tell();
  }

  function tell() {
    const some = arrived().length > 0;
    button.hidden = !some;
    button.lastChild.textContent = words.goOn;
    said.textContent = some ? words.all : files.length ? words.none : "";
    if (some && document.activeElement === document.body) button.focus();
  }

  async function send(one) {
    one.state = "sends";
    try {
      const begun = await post(form.dataset.begin, JSON.stringify({ name: one.file.name, size: one.file.size }), "application/json");
      Object.assign(one, { id: begun.id, to: begun.to, discard: begun.discard });
      let has = begun.has;
      while (has < one.file.size && one.state === "sends") {
        show(one, has);
        has = await piece(one, has, begun.piece);
      }
      if (one.state === "sends") {
        one.state = "here";
        show(one, one.file.size);
      }
    } catch (failure) {
      if (one.state !== "gone") refuse(one, failure.said ?? words.refused);
    }
  }

  /* One piece; after a lost connection the server says how much it has. */
  async function piece(one, has, most) {
    for (let tried = 0; ; tried++) {
      try {
        const answer = await post(`${one.to}?at=${has}`, one.file.slice(has, has + most), "application/octet-stream");
        return answer.has;
      } catch (failure) {
        if (failure.said && failure.code !== "upload.out_of_order") throw failure;
        if (tried >= TRIES || one.state !== "sends") throw failure;
        state(one, words.again);
        await new Promise((go) => setTimeout(go, failure.said ? 0 : PAUSE * 2 ** tried));
        const known = await post(one.to, "", "application/octet-stream").catch(() => null);
        if (known) return known.has;
      }
    }
  }

  async function away(one) {
    one.state = "gone";
    files.splice(files.indexOf(one), 1);
    const next = one.item.nextElementSibling ?? one.item.previousElementSibling;
    one.item.remove();
    (next?.querySelector("button") ?? input).focus();
    list.hidden = !files.length;
    if (one.discard) post(one.discard, "", "application/octet-stream").catch(() => {});
    if (!going) tell();
  }

  function refuse(one, why) {
    one.state = "refused";
    one.item.dataset.state = "refused";
    state(one, why);
    one.item.querySelector(".kn-state").setAttribute("role", "alert");
  }

  function show(one, has) {
    const percent = Math.floor((100 * has) / one.file.size);
    const bar = one.item.querySelector("[role=progressbar]");
    bar.setAttribute("aria-valuenow", percent);
    bar.firstElementChild.style.width = `${percent}%`;
    one.item.dataset.state = one.state;
    state(one, one.state === "sends" ? `${words.sends}, ${percent} %` : words[one.state]);
  }

  function state(one, text) {
    one.item.querySelector(".kn-state").textContent = text;
  }
}

async function post(url, body, type) {
  let answer;
  try {
    answer = await fetch(url, {
      method: "POST",
      headers: {
        "Content-Type": type,
        "X-CSRFToken": csrfToken(),
        "X-Clew-Page": "1",
        "X-Clew-User": document.body.dataset.user ?? "",
      },
      body,
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch {
    throw {}; // nobody answered: the same may work later
  }
  if (answer.status === 502 || answer.status === 503 || answer.status === 504) throw {};
  const json = answer.headers.get("Content-Type")?.includes("application/json");
  const told = json ? await answer.json().catch(() => null) : null;
  if (!answer.ok) throw { code: told?.code, said: told ? `${told.message} ${told.hint}` : String(answer.status) };
  return told ?? {};
}

function size(bytes) {
  return bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1e3))} kB`;
}
