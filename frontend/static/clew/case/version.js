/* An old version: its candidates open in place with what explains them. Nothing can be changed. */
document.querySelectorAll("[data-open]").forEach((button) => {
  const holder = document.querySelector(`template[data-opened="${button.dataset.open}"]`);
  if (!holder) {
    button.disabled = true;
    return;
  }
  const body = document.getElementById(`body-${button.dataset.open}`);
  body.append(holder.content);
  button.addEventListener("click", () => {
    body.hidden = !body.hidden;
    button.setAttribute("aria-expanded", String(!body.hidden));
  });
});
