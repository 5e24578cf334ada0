/* Single-key commands. A key works only outside fields and without Ctrl, Alt or Cmd. */
const typing = (target) => target.closest?.("input, textarea, select, [contenteditable=true]");

/* Who dictates, or presses keys by accident, switches them off: in this browser, for all pages. */
const off = () => document.cookie.includes("clew_single_keys=off");
const choice = document.querySelector("[data-single-keys]");
if (choice) {
  choice.checked = !off();
  choice.addEventListener("change", () => {
    const kept = choice.checked ? 0 : 31536000; // seconds
    document.cookie = `clew_single_keys=off; path=/; max-age=${kept}; samesite=lax`;
  });
}

/** Whether commands by a single key are on, for parts of a page that have keys of their own. */
export const singleKeys = () => !off();

/** Runs `commands[key]` when the key is pressed outside a field. */
export function onKeys(commands) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key.length === 1 && off()) return;
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
