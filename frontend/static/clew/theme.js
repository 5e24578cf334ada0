/* Light or dark. The choice is a cookie, so that the server draws the right one at once. */
const root = document.documentElement;

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-theme-toggle]")) return;
  const dark = root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  document.cookie = `clew_theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
});
