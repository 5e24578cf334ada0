/* Replaces a part of the page without taking the keyboard away from the person who uses it. */
export function swap(box, html) {
  const held = box.contains(document.activeElement) ? document.activeElement : null;
  const id = held?.id;
  const typed = held && "value" in held && held.tagName === "INPUT" ? { value: held.value, was: held.defaultValue, at: held.selectionStart } : null;
  const holder = document.createElement("template");
  holder.innerHTML = html;
  box.replaceChildren(holder.content);
  const next = id && document.getElementById(id);
  if (next) {
    if (typed && typed.value !== typed.was) {
      next.value = typed.value;
      next.setSelectionRange?.(typed.at, typed.at);
    }
    next.focus({ preventScroll: true });
  } else if (held) {
    box.setAttribute("tabindex", "-1");
    box.focus({ preventScroll: true });
  }
}
