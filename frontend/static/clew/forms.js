/* Forms carry the token of the cookie: the page's own is stale after signing in in another tab. */
import { csrfToken } from "./http.js";

document.addEventListener(
  "submit",
  (event) => {
    const field = event.target.querySelector?.("input[name=csrfmiddlewaretoken]");
    const token = csrfToken();
    if (field && token) field.value = token;
  },
  true,
);
