/* Worth knowing next: questions under the list, answered by mouse or by Y, N and X. */
import { say } from "./words.js";
import { withFinding } from "./profile.js";
import { singleKeys } from "../keys.js";

const KEYS = { y: "present", n: "excluded", x: "skip" };

export function createNext({ box, store, page, announce, again }) {
  const skipped = new Set();
  let going = null; // what the keyboard was on when an answer was given

  const questions = () => [...box.querySelectorAll("[data-question]")];

  function answer(question, reply) {
    const { question: term, name } = question.dataset;
    going = { reply, place: questions().indexOf(question) };
    if (reply === "skip") {
      skipped.add(term);
      announce(say("set_aside", { name }));
      again();
      return;
    }
    store.change((content) => withFinding(content, { term, label: name, status: reply, origin: "typed" }));
    announce(say("answered", { name, status: say(reply) }));
  }

  function focus(place = 0, reply = "present") {
    const there = questions();
    const question = there[Math.min(place, there.length - 1)];
    const target = question?.querySelector(`[data-reply=${reply}]`) ?? box.querySelector("#h-next");
    target?.focus({ preventScroll: true });
    (question ?? target)?.scrollIntoView({ block: "nearest" });
  }

  box.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.dataset.reply) answer(button.closest("[data-question]"), button.dataset.reply);
    else if (button?.matches("[data-again]")) {
      skipped.clear();
      going = { reply: "present", place: 0 };
      again();
    }
  });
  box.addEventListener("keydown", (event) => {
    const question = event.target.closest?.("[data-question]");
    const reply = KEYS[event.key.toLowerCase()];
    if (!question || !reply || !page.editable || !singleKeys()) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
    event.preventDefault();
    answer(question, reply);
  });

  return {
    focus,
    skipped: () => [...skipped],
    /** The new questions are on the page: the keyboard goes on where an answer was given. */
    shown() {
      if (going) focus(0, going.reply);
      going = null;
    },
  };
}
