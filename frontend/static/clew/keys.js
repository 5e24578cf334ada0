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

/* The list of keys stands at the foot of the page: who leaves it is back where it was opened. */
let before = null;
function closeKeys(keys) {
  keys.open = false;
  if (before?.isConnected && before !== document.body) before.focus();
  else keys.querySelector("summary").blur();
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
    if (keys.open) return closeKeys(keys);
    before = document.activeElement;
    keys.open = true;
    return keys.querySelector("summary").focus();
  },
  Escape: () => {
    const keys = document.getElementById("keys");
    if (keys?.open && keys.contains(document.activeElement)) closeKeys(keys);
  },
});

if (location.hash === "#search") document.getElementById("search")?.focus();
