/* What stands between a person's words and the server, said in one place at the foot of the window. */
import { element, icon, say } from "./words.js";

const clock = (date) => date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });

export function createAlarm(box, signIn) {
  let ticking = null;

  function put(tone, sign, title, ...rest) {
    clearInterval(ticking);
    box.replaceChildren(element("div", { class: `note ${tone}` }, icon(sign), element("div", { class: "alarm-b" }, element("b", {}, title), " ", ...rest)));
    box.dataset.on = "yes";
  }

  const button = (words, act, id) => {
    const made = element("button", { class: "btn", type: "button", id }, words);
    made.addEventListener("click", act);
    return made;
  };

  return {
    clear() {
      clearInterval(ticking);
      box.replaceChildren();
      delete box.dataset.on;
    },
    offline({ since, safe, pause, tryNow }) {
      const next = element("span", { "aria-hidden": "true" });
      put("", "clock", say("offline", { at: clock(since) }), say(safe ? "offline_more" : "offline_unsafe"), " ", next, " ", button(say("try_now"), tryNow, "try-now"));
      let left = pause ?? 0;
      const tick = () => {
        next.textContent = left > 0 ? say("next_try", { n: left }) : say("trying");
        left -= 1;
      };
      tick();
      ticking = setInterval(tick, 1000);
    },
    expired({ somebodyElse, tryNow }) {
      const link = element("a", { class: "btn", href: signIn, target: "_blank", rel: "noopener", id: "sign-in-again" }, say("sign_in"));
      put("note-unsure", "lock", say(somebodyElse ? "other_person" : "expired"), say("expired_more"), " ", link, " ", button(say("try_now"), tryNow, "try-now"));
    },
    refused({ message, hint, problems }) {
      const lines = (problems ?? [{ message, hint }]).slice(0, 5).map((one) => `${one.message} ${one.hint ?? ""}`.trim());
      put("note-danger", "stop", say("refused"), lines.join(" "));
    },
    conflict({ draft, differences }, { keepMine, takeTheirs }) {
      const list = element("ul", { class: "dots sm" }, ...(differences.length ? differences : [say("conflict_same")]).map((line) => element("li", {}, line)));
      put(
        "note-unsure",
        "split",
        say("conflict", draft),
        say("conflict_more"),
        list,
        element(
          "div",
          { class: "row row-w mt2" },
          button(say("keep_mine"), keepMine, "keep-mine"),
          element("span", { class: "meta" }, say("keep_mine_more")),
          button(say("take_theirs"), takeTheirs, "take-theirs"),
          element("span", { class: "meta" }, say("take_theirs_more")),
        ),
      );
    },
    /** A passing word that goes by itself. */
    word(text) {
      put("", "check", text);
      ticking = setInterval(() => this.clear(), 6000);
    },
  };
}
