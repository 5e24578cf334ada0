/* A part of the page that could not be fetched says so in its place, instead of seeming to load for ever. */
const words = document.querySelector("template[data-failed]");

for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, (event) => {
    const part = event.detail.target;
    if (!words || !part?.isConnected) return;
    part.replaceChildren(words.content.cloneNode(true));
    part.removeAttribute("aria-busy");
  });
}
