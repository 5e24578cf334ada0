/* Sex, age and onset of the illness. What is not an age stays in its field, with the reason below. */
import { say } from "./words.js";
import { ageFrom, onsetFrom } from "../ages.js";

export function createPatient({ form, store, page }) {
  const sex = form.querySelector("#sex");
  const fields = [
    { name: "age", input: form.querySelector("#age"), read: (text) => ageFrom(text), wrong: "not_an_age" },
    { name: "onset", input: form.querySelector("#onset"), read: (text) => onsetFrom(text, page.onsets), wrong: "not_an_onset" },
  ];
  form.addEventListener("submit", (event) => event.preventDefault());
  sex.addEventListener("change", () => store.change((content) => ({ ...content, sex: sex.value })));

  for (const { name, input, read, wrong } of fields) {
    const problem = document.getElementById(`${name}-problem`);
    const say_ = (text) => {
      problem.textContent = text;
      if (text) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    };
    let timer = null;
    const take = ({ complain }) => {
      clearTimeout(timer);
      const value = read(input.value);
      if (value === undefined) return complain && say_(say(wrong));
      say_("");
      return store.change((content) => (content[name] === value ? content : { ...content, [name]: value }));
    };
    input.addEventListener("change", () => take({ complain: true }));
    input.addEventListener("input", () => {
      say_("");
      clearTimeout(timer);
      timer = setTimeout(() => take({ complain: false }), 700);
    });
  }

  return {
    /** The content changed elsewhere (undo, theirs): fields nobody is typing in follow. */
    refresh(spoken) {
      sex.value = store.content.sex;
      for (const { name, input, read } of fields) {
        if (document.activeElement === input || input.getAttribute("aria-invalid")) continue;
        if (read(input.value) !== store.content[name]) input.value = spoken(store.content[name]);
      }
    },
  };
}
