/* Phrases that no term fits: kept as written, shown beneath the note. */
import { element, icon, say } from "./words.js";
import { withoutPhrase } from "./profile.js";

export function createTray({ box, store, page, onChoose, announce }) {
  const chips = box.querySelector("[data-chips]");

  function draw() {
    const phrases = store.content.unmapped;
    box.hidden = !phrases.length;
    chips.replaceChildren(
      ...phrases.map((phrase) => {
        const chip = element("span", { class: "chip" }, phrase);
        if (!page.editable) return chip;
        const find = element("button", { type: "button" }, say("choose_term"), element("span", { class: "vh" }, `: ${phrase}`));
        find.addEventListener("click", () => onChoose(phrase));
        const remove = element("button", { type: "button", "aria-label": `${say("remove")}: ${phrase}` }, icon("x", "i-s"));
        remove.addEventListener("click", () => {
          store.change((content) => withoutPhrase(content, phrase));
          announce(say("removed", { name: phrase }));
        });
        chip.append(find, remove);
        return chip;
      }),
    );
  }

  return { draw };
}
