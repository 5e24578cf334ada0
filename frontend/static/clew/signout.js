/* Signing out removes everything this browser kept for the person. Unsent text is asked about first. */
import { forgetAll, unsent } from "./vault.js";

document.querySelectorAll("form[data-sign-out]").forEach((form) => {
  form.addEventListener("submit", (event) => {
    const left = unsent(document.body.dataset.user);
    if (left.length && form.dataset.sure !== "yes") {
      event.preventDefault();
      form.dataset.sure = "yes";
      const box = document.createElement("div");
      box.className = "note note-unsure";
      box.setAttribute("role", "alert");
      const words = document.createElement("p");
      words.textContent = `${form.dataset.unsent} `;
      box.append(words);
      for (const entry of left) {
        const link = document.createElement("a");
        link.href = entry.url;
        link.textContent = `${form.dataset.open} ${entry.reference}`;
        words.append(link, " ");
      }
      document.querySelector("[data-messages]").append(box);
      box.scrollIntoView({ block: "nearest" });
      return;
    }
    forgetAll();
  });
});
