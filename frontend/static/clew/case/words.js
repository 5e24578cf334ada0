/* The sentences of the page, written and translated on the server. */
const words = JSON.parse(document.getElementById("case-words")?.textContent ?? "{}");

/** say("saved", {version: 7}) fills the {names} of a sentence. */
export function say(key, values = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

const SIGNS = { present: "p", excluded: "a", family: "f", uncertain: "us" };
export const LOOKS = { present: "m-p", excluded: "m-a", family: "m-f", uncertain: "m-u" };
export const signOf = (status) => SIGNS[status];

/** An icon of the sprite. */
export function icon(name, classes = "") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", `i ${classes}`.trim());
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/** element("p", {class: "sm"}, "text", child) */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}
