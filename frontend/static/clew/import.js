/* A phenopacket may be dropped anywhere on the page; the form sends it. */
const form = document.querySelector("[data-drop]");
const input = form.querySelector("input[type=file]");

for (const name of ["dragover", "dragenter"]) {
  document.addEventListener(name, (event) => {
    event.preventDefault();
    form.dataset.over = "yes";
  });
}
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) delete form.dataset.over;
});
document.addEventListener("drop", (event) => {
  event.preventDefault();
  delete form.dataset.over;
  if (!event.dataTransfer.files.length) return;
  input.files = event.dataTransfer.files;
  form.requestSubmit();
});
