/* Requests of the pages. The token is read from the cookie each time: after signing in again in
   another tab the one that came with the page is no longer valid. */
const TIMEOUT = 15000; // ms

export const csrfToken = () =>
  document.cookie
    .split("; ")
    .find((one) => one.startsWith("clew_csrf="))
    ?.slice("clew_csrf=".length) ?? "";

export class Failure extends Error {
  constructor(status, body) {
    super(body?.message ?? `HTTP ${status}`);
    this.status = status;
    this.body = body ?? {};
  }

  /** Nobody, or somebody else, is signed in. */
  get signedOut() {
    return this.status === 401 || (this.status === 403 && !this.body.code) || this.body.code === "other_person";
  }

  /** The server did not answer, or could not; the same request may work later. */
  get passing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export async function request(url, { body, signal } = {}) {
  const headers = { "X-Clew-Page": "1", "X-Clew-User": document.body.dataset.user ?? "" };
  if (body !== undefined) {
    headers["Content-Type"] = "application/json";
    headers["X-CSRFToken"] = csrfToken();
  }
  const stop = AbortSignal.timeout(TIMEOUT);
  let answer;
  try {
    answer = await fetch(url, {
      method: body === undefined ? "GET" : "POST",
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, stop]) : stop,
      redirect: "error",
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Failure(0);
  }
  const json = answer.headers.get("Content-Type")?.includes("application/json");
  const read = json ? await answer.json().catch(() => null) : null;
  if (!answer.ok) throw new Failure(answer.status, read);
  if (json && read === null) throw new Failure(0);
  return read ?? answer.text();
}
