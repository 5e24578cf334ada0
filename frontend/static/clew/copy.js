/* Copying text, also where the browser offers no clipboard (plain HTTP inside a hospital). */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "vh";
    document.body.append(field);
    const focused = document.activeElement;
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    focused?.focus?.();
    return done;
  }
}

document.querySelectorAll("[data-copy-from]").forEach((button) => {
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copyFrom);
    const done = await copyText(field.value);
    const said = document.querySelector("[data-copied]");
    if (said) said.textContent = done ? said.dataset.done : said.dataset.failed;
  });
});
