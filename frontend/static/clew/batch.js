/* The upload of a batch: files may be dropped anywhere on the page, and while they are read the page says so. */
import "./import.js";

const form = document.querySelector("[data-drop]");
const button = form.querySelector("[data-busy]");

form.addEventListener("submit", (event) => {
  if (button.getAttribute("aria-disabled") === "true") return event.preventDefault();
  button.setAttribute("aria-disabled", "true");
  form.querySelector("[data-said]").textContent = button.dataset.busy;
});
// Coming back to this page with the browser's own button, it can be used again.
addEventListener("pageshow", () => {
  button.removeAttribute("aria-disabled");
  form.querySelector("[data-said]").textContent = "";
});
