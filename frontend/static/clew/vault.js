/* What the server has not acknowledged yet, kept in this browser under user and case.
   An entry is removed once it is acknowledged, and everything is removed at sign-out. */
const PREFIX = "clew:draft:";

const keyOf = (user, caseId) => `${PREFIX}${user}:${caseId}`;

export function keep(user, caseId, entry) {
  try {
    localStorage.setItem(keyOf(user, caseId), JSON.stringify(entry));
    return true;
  } catch {
    return false; // a private window or a full disk: the page still holds the text
  }
}

export function kept(user, caseId) {
  try {
    return JSON.parse(localStorage.getItem(keyOf(user, caseId)));
  } catch {
    return null;
  }
}

export function forget(user, caseId) {
  try {
    localStorage.removeItem(keyOf(user, caseId));
  } catch {
    /* nothing was kept */
  }
}

function keys() {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  } catch {
    return [];
  }
}

export function unsent(user) {
  return keys()
    .filter((key) => key.startsWith(`${PREFIX}${user}:`))
    .map((key) => {
      try {
        return JSON.parse(localStorage.getItem(key));
      } catch {
        return null;
      }
    })
    .filter(Boolean);
}

export function forgetAll() {
  for (const key of keys()) localStorage.removeItem(key);
  // Also the address that htmx remembers: it holds the words of a search.
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX) || key.startsWith("htmx-")) sessionStorage.removeItem(key);
}
