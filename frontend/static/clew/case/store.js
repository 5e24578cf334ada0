/* The content that is being edited, with what can be undone. It knows no page and no server. */
const DEPTH = 100;

export function createStore(initial) {
  let content = initial;
  let past = [];
  let future = [];
  const listeners = new Set();
  const tell = (cause) => listeners.forEach((listener) => listener(content, cause));

  return {
    get content() {
      return content;
    },
    /** `change` takes the content and returns the next one; the same object means nothing changed. */
    change(change, { cause = "edit", merge = false } = {}) {
      const next = change(content);
      if (next === content) return false;
      if (!merge || !past.length || past.at(-1).merge !== merge) past.push({ content, merge });
      past = past.slice(-DEPTH);
      future = [];
      content = next;
      tell(cause);
      return true;
    },
    undo() {
      if (!past.length) return false;
      future.push({ content, merge: false });
      content = past.pop().content;
      tell("undo");
      return true;
    },
    redo() {
      if (!future.length) return false;
      past.push({ content, merge: false });
      content = future.pop().content;
      tell("redo");
      return true;
    },
    /** The server's reading of what was sent (replaced ids, labels): not a change of the person. */
    adopt(next) {
      content = next;
      tell("adopt");
    },
    subscribe(listener) {
      listeners.add(listener);
    },
  };
}
