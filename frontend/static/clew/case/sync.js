/* Sends changes, one after the other, and loses none.

   Every change is first put into the vault of this browser and leaves it when the server has it.
   No answer: it tries again by itself. Signed out: it waits for somebody to sign in. Somebody else
   changed the case: both contents are kept until a person chooses. */
import { forget, keep } from "../vault.js";
import { request } from "../http.js";

const PAUSES = [2, 4, 8, 15, 30]; // seconds between tries
const SIGNED_OUT_PAUSE = 5; // seconds between looks whether somebody has signed in

export function createSync({ store, page, user, view }) {
  let revision = page.revision;
  let dirty = false;
  let sending = false;
  let state = "ok"; // ok, offline, expired, conflict, refused
  let tries = 0;
  let since = null;
  let timer = null;
  let waiting = [];
  let unfit = null; // text of the note that cannot be sent as it is
  const heard = new Set();

  function remember() {
    const entry = {
      content: store.content,
      base: revision,
      dirty,
      note: unfit,
      reference: page.reference,
      url: page.url,
      at: new Date().toISOString(),
    };
    return keep(user, page.id, entry);
  }

  function touch({ delay = 0 } = {}) {
    dirty = true;
    since ??= new Date();
    const safe = remember();
    if (state === "refused") state = "ok";
    if (state === "conflict" || state === "expired") return;
    if (state === "offline") {
      view.offline({ since, safe });
      return;
    }
    view.keeping();
    clearTimeout(timer);
    timer = setTimeout(push, delay);
  }

  async function push({ keepTheirs = false } = {}) {
    clearTimeout(timer);
    if (sending || !dirty || state === "conflict") return;
    sending = true;
    const sent = store.content;
    view.busy(true);
    try {
      const { shown, open, skip } = view.wanted();
      const body = { base: revision, content: sent, shown, open, skip };
      if (keepTheirs) body.keep_theirs = true;
      arrived(await request(page.urls.draft, { body }), sent);
    } catch (error) {
      failed(error);
    } finally {
      sending = false;
      view.busy(false);
    }
    if (state === "ok" && dirty) push();
  }

  function arrived(answer, sent) {
    const recovered = state === "offline" || state === "expired";
    revision = answer.revision;
    state = "ok";
    tries = 0;
    if (store.content === sent) {
      dirty = false;
      since = null;
      if (unfit === null) forget(user, page.id);
      else remember();
      store.adopt(answer.content);
      view.show(answer);
    } else {
      remember();
    }
    view.kept(answer, { recovered });
    if (!dirty) settle();
  }

  function failed(error) {
    if (error.signedOut) {
      state = "expired";
      view.expired({ somebodyElse: error.body.code === "other_person" });
      timer = setTimeout(push, SIGNED_OUT_PAUSE * 1000);
    } else if (error.body?.code === "case.draft_conflict") {
      state = "conflict";
      view.conflict(error.body, { keepMine: () => keepMine(error.body), takeTheirs: () => takeTheirs(error.body) });
    } else if (error.passing || error.status === undefined) {
      state = "offline";
      const pause = PAUSES[Math.min(tries, PAUSES.length - 1)];
      tries += 1;
      view.offline({ since: since ?? new Date(), safe: remember(), pause });
      timer = setTimeout(push, pause * 1000);
    } else {
      state = "refused";
      view.refused(error.body);
    }
  }

  /** Their content becomes a version first, so both stay. */
  function keepMine({ draft }) {
    revision = draft.revision;
    state = "ok";
    remember();
    push({ keepTheirs: true });
  }

  /** Mine becomes what Undo brings back. */
  function takeTheirs({ draft }) {
    revision = draft.revision;
    state = "ok";
    store.change(() => draft.content, { cause: "theirs" });
    view.tookTheirs(draft);
    touch();
  }

  function settle() {
    waiting.forEach((resolve) => resolve());
    waiting = [];
    heard.forEach((listener) => listener());
  }

  return {
    touch,
    now: () => push(),
    get revision() {
      return revision;
    },
    get pending() {
      return dirty;
    },
    get state() {
      return state;
    },
    /** Resolves when the server has everything. */
    settled: () => (dirty ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve()),
    onSettled: (listener) => heard.add(listener),
    /** A text that cannot be sent as it is: kept in this browser until it is mended. */
    hold(text) {
      if (text === unfit) return;
      unfit = text;
      if (unfit !== null || dirty) remember();
      else forget(user, page.id);
    },
    held: () => unfit,
    /** Content of an earlier visit that never reached the server. */
    replay(entry) {
      revision = entry.base;
      dirty = true;
      since = new Date(entry.at);
      push();
    },
    /** Somebody came back to this tab, or the network returned: look at once. */
    wake() {
      if (dirty && (state === "offline" || state === "expired")) push();
    },
  };
}
