/* Follows an investigation as it is told. The page is complete without it; this adds what comes later. */
const QUIET = 4000; // ms without a connection before the page says so

const run = document.querySelector("[data-run]");
if (run) follow(run);

function follow(run) {
  const link = run.querySelector("[data-link]");
  let seen = Number(run.dataset.after) || 0;
  let quiet;
  const source = new EventSource(`${run.dataset.events}?after=${seen}`);

  source.onopen = () => {
    clearTimeout(quiet);
    quiet = undefined;
    say(link);
  };
  source.onmessage = (message) => {
    const told = JSON.parse(message.data);
    if (told.seq <= seen) return;
    seen = told.seq;
    if (told.type === "run.ended") {
      source.close();
      showResult();
    } else {
      for (const [id, html] of Object.entries(told.html)) put(run, id, html);
    }
  };
  source.addEventListener("signed_out", () => {
    source.close();
    say(link, run, "signed-out");
  });
  source.onerror = () => {
    if (source.readyState === EventSource.CLOSED) {
      // Refused (signed out, or everything was told already): the page itself knows which.
      showResult(() => say(link, run, "signed-out"));
    } else {
      quiet ??= setTimeout(() => say(link, run, "lost"), QUIET);
    }
  };
  run.querySelector("[data-cancel]")?.addEventListener("submit", () => source.close());
  addEventListener("pagehide", () => source.close());
}

function put(run, id, html) {
  const holder = document.createElement("template");
  holder.innerHTML = html.trim();
  const fresh = holder.content.firstElementChild;
  const old = document.getElementById(id);
  if (old && id.startsWith("thought-")) {
    // The element stays: it is a live region that is off, and one put in anew would be read out.
    old.replaceChildren(...fresh.childNodes);
    old.hidden = fresh.hidden;
    return;
  }
  if (old) old.replaceWith(fresh);
  else if (id.startsWith("step-")) {
    const thread = run.querySelector(".thread");
    thread.insertBefore(fresh, thread.querySelector(":scope > .later"));
  }
  window.htmx?.process(fresh);
}

/* An answer is sent beside the page; what it does is told like everything else. Refused, it is sent as a page. */
let answered = false; // here: then the next question is where the focus goes

document.addEventListener("submit", async (event) => {
  const form = event.target.closest?.("[data-question]");
  if (!form || !event.submitter || form.dataset.question === "plain") return;
  event.preventDefault();
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  const body = new FormData(form, event.submitter);
  const response = await fetch(form.action, { method: "POST", body, credentials: "same-origin" }).catch(() => undefined);
  if (response?.ok && new URL(response.url).pathname === location.pathname) {
    answered = true;
    document.getElementById("h-l")?.focus();
    return;
  }
  form.ariaBusy = "false";
  form.dataset.question = "plain";
  form.requestSubmit(event.submitter);
});

/* Its keys work while the focus is in it: whoever has the focus nowhere is taken there too, without a jump. */
function toQuestion() {
  const nowhere = !document.activeElement || document.activeElement === document.body;
  if (answered || nowhere) document.getElementById("aq")?.focus({ preventScroll: !answered });
}

document.addEventListener("htmx:afterSettle", toQuestion);
toQuestion();

/* One key answers a question, while the focus is in it and not in its text. */
document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("[data-question]");
  if (!form || event.target.matches("input, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
  const choice = form.querySelector(`[data-key="${CSS.escape(event.key.toUpperCase())}"]`);
  if (!choice) return;
  event.preventDefault();
  choice.click();
});

function say(link, run, words) {
  link.replaceChildren();
  if (words) link.append(run.querySelector(`template[data-words="${words}"]`).content.cloneNode(true));
}

/* The result is another page at the same address: fetch it and put it in place, without a jump. */
async function showResult(otherwise = () => location.reload()) {
  try {
    const response = await fetch(location.href, { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.querySelector("main [data-ended]");
    if (!response.ok || response.redirected || !fresh) return otherwise();
    const within = document.activeElement && run.contains(document.activeElement);
    run.replaceWith(fresh);
    window.htmx?.process(fresh);
    document.querySelectorAll("main > noscript").forEach((left) => left.remove());
    const heading = document.getElementById("h-r");
    if (within) heading.focus();
    const status = document.querySelector("[data-messages]");
    if (status) announce(status, fresh.querySelector(".sheet-h .tag")?.textContent);
  } catch {
    otherwise();
  }
}

function announce(status, words) {
  const line = document.createElement("p");
  line.className = "vh";
  line.textContent = words ?? "";
  status.append(line);
}
