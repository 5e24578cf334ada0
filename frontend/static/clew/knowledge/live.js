/* Follows an ingestion: asks for its sheet every two seconds and puts in place only what changed, so that
   nothing jumps, a focused button stays focused and an opened question stays open. The page is complete
   without this; a reload shows the same. */
const EVERY = 2000; // ms
const PATIENT = 15000; // ms between tries when the server does not answer

const sheet = document.querySelector("[data-live]");
if (sheet) follow(sheet);

function follow(sheet) {
  const url = sheet.dataset.live;
  let timer = setTimeout(ask, EVERY);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    clearTimeout(timer);
    ask();
  });

  async function ask() {
    clearTimeout(timer);
    if (document.hidden) return;
    let next = EVERY;
    try {
      const headers = { "X-Clew-Page": "1" };
      const answer = await fetch(url, { headers, redirect: "error", signal: AbortSignal.timeout(PATIENT) });
      if (answer.status === 401 || answer.status === 404) return location.reload();
      if (!answer.ok) throw new Error(String(answer.status));
      const fresh = parsed(await answer.text());
      renew(sheet, fresh);
      delete sheet.dataset.lost;
      // When it ends the rest of the page changes with it; what somebody is typing is not taken from them.
      if (!fresh.dataset.live) return typing() ? undefined : location.reload();
    } catch {
      sheet.dataset.lost = "yes";
      next = PATIENT;
    }
    timer = setTimeout(ask, next);
  }
}

function parsed(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html.trim();
  return holder.content.firstElementChild;
}

function typing() {
  const at = document.activeElement;
  return Boolean(at?.matches("input:not([type=hidden]), textarea") && at.value);
}

function renew(sheet, fresh) {
  for (const part of fresh.querySelectorAll("[data-part]")) {
    const old = sheet.querySelector(`[data-part="${CSS.escape(part.dataset.part)}"]`);
    if (!old || old.outerHTML === part.outerHTML) continue;
    // An open question or a focused button is left alone until the state itself changes.
    const used = old.querySelector("details[open]") || old.contains(document.activeElement);
    if (used && fresh.dataset.state === sheet.dataset.state) continue;
    old.replaceWith(part);
  }
  sheet.dataset.state = fresh.dataset.state;
}
