/* Similar published cases under the differential: fetched when the page is quiet, never in the way. */
import { say } from "./words.js";
import { swap } from "./swap.js";
import { request } from "../http.js";

const QUIET = 700; // ms without a change before the cases are looked up again
const SLOW = 300; // ms before the page says that it is looking

export function createSimilar({ box, sync, page, announce }) {
  let from = 0;
  let timer = null;
  let busy = null;
  let asked = 0;

  async function load() {
    if (sync.pending) return; // comes again when everything is kept
    const mine = ++asked;
    clearTimeout(busy);
    busy = setTimeout(() => box.setAttribute("aria-busy", "true"), SLOW);
    try {
      const answer = await request(`${page.urls.similar}?${new URLSearchParams({ from })}`);
      if (mine === asked) swap(box, answer.html);
    } catch (error) {
      if (mine === asked && !error.passing) announce(error.body?.message ?? say("similar_away"));
      if (mine === asked && box.querySelector("[data-wait]")) box.querySelector("[data-wait]").textContent = say("similar_away");
    } finally {
      if (mine === asked) {
        clearTimeout(busy);
        box.removeAttribute("aria-busy");
      }
    }
  }

  function later(wait = QUIET) {
    clearTimeout(timer);
    timer = setTimeout(load, wait);
  }

  box.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-from]");
    if (!button || button.disabled) return;
    from = Number(button.dataset.from) || 0;
    await load();
    // At either end the button that was pressed is off: the other one goes on.
    const next = document.getElementById(button.id);
    (next && !next.disabled ? next : box.querySelector("button[data-from]:not(:disabled)"))?.focus({ preventScroll: true });
  });
  sync.onSettled(() => {
    from = 0;
    later();
  });
  later(0);

  return {
    focus() {
      const target = box.querySelector("thead a") ?? box.querySelector("#h-sim");
      target?.focus({ preventScroll: true });
      box.scrollIntoView({ block: "nearest" });
    },
  };
}
