/* Single-key commands. A key works only outside fields and without Ctrl, Alt or Cmd. */
const typing = (target) => target.closest?.("input, textarea, select, [contenteditable=true]");

/** Runs `commands[key]` when the key is pressed outside a field. */
export function onKeys(commands) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const command = commands[event.key];
    if (!command) return;
    event.preventDefault();
    command(event);
  });
}

onKeys({
  "/": () => {
    const search = document.getElementById("search");
    if (search) search.focus();
    else document.querySelector("[data-find]")?.click();
  },
  "?": () => {
    const keys = document.getElementById("keys");
    if (!keys) return;
    keys.open = !keys.open;
    if (keys.open) keys.querySelector("summary").focus();
  },
});

if (location.hash === "#search") document.getElementById("search")?.focus();
