/* Which stretches of the note came from letters, carried through every edit. Pure.

   Offsets count characters, as the server does; a browser's strings count UTF-16 units. A stretch is kept only
   as far as it is still, word for word, what the letter says: an edit inside cuts it in two. The server checks. */
const SHORTEST = 3; // characters: what is left of a stretch and too short to hold a finding is let go
const TRIES = 40; // words looked for when a text was changed in several places
const DEEPEST = 12;

const wide = (text) => /[\ud800-\udbff]/.test(text);
export const count = (text) => (wide(text) ? [...text].length : text.length);

/** Characters of `text` before a place in units, and back. */
export function places(text) {
  if (!wide(text)) return { toUnits: (at) => Math.min(at, text.length) };
  const units = [0];
  for (const character of text) units.push(units.at(-1) + character.length);
  return { toUnits: (at) => units[at] ?? text.length };
}

/** The one region in which two texts differ: [start, end) in `before`, and its end in `after`; in units. */
function region(before, after) {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start += 1;
  if (start && /[\ud800-\udbff]/.test(before[start - 1])) start -= 1;
  let tail = 0;
  while (tail < most - start && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  if (tail && /[\udc00-\udfff]/.test(before[before.length - tail])) tail -= 1;
  return { start, end: before.length - tail, ends: after.length - tail };
}

/** Words that stand once in each of two texts, the longest first: where both can be taken apart. */
function anchor(before, after) {
  const words = before.match(/[^.,;:\n]{12,}/g) ?? [];
  words.sort((a, b) => b.length - a.length);
  for (const one of words.slice(0, TRIES)) {
    const [at, there] = [before.indexOf(one), after.indexOf(one)];
    if (there >= 0 && before.indexOf(one, at + 1) < 0 && after.indexOf(one, there + 1) < 0) return { at, there, length: one.length };
  }
  return null;
}

/** Every region in which two texts differ. One for typing; several where a program rewrote the field at once. */
function regions(before, after, from = 0, depth = 0) {
  if (before === after) return [];
  const { start, end, ends } = region(before, after);
  const [old, now] = [before.slice(start, end), after.slice(start, ends)];
  const found = depth < DEEPEST && old && now ? anchor(old, now) : null;
  if (!found) return [{ from: from + start, to: from + end, by: now.length - old.length, old, now }];
  const behind = found.at + found.length;
  return [
    ...regions(old.slice(0, found.at), now.slice(0, found.there), from + start, depth + 1),
    ...regions(old.slice(behind), now.slice(found.there + found.length), from + start + behind, depth + 1),
  ];
}

/** The same in characters. */
function edits(before, after) {
  const found = regions(before, after);
  if (!wide(before) && !wide(after)) return found;
  let [units, characters] = [0, 0];
  return found.map(({ from, to, old, now }) => {
    characters += count(before.slice(units, from));
    const start = characters;
    characters += count(old);
    units = to;
    return { from: start, to: characters, by: count(now) - count(old) };
  });
}

function shifted(letters, before, after) {
  const changes = edits(before, after);
  return letters.flatMap((one) => {
    const parts = [];
    let [at, by] = [one.note_start, 0];
    const keep = (end) => {
      if (end - at < SHORTEST) return;
      parts.push({ ...one, note_start: at + by, note_end: end + by, offset: one.offset + at - one.note_start });
    };
    for (const change of changes) {
      if (change.from >= one.note_end) break;
      if (change.to > at) {
        keep(Math.max(at, change.from));
        at = change.to;
      }
      by += change.by;
    }
    keep(one.note_end);
    return parts;
  });
}

/** The content with another note: the only way in which typing may change it. */
export function withNote(content, note) {
  if (content.note === note) return content;
  const letters = content.letters ?? [];
  return letters.length ? { ...content, note, letters: shifted(letters, content.note, note) } : { ...content, note };
}

/** The content with a letter at the end of its note; `stretches` are {offset, page, text}, one a page. */
export function withLetter(content, attachment, stretches) {
  let note = content.note;
  let at = count(note);
  const add = (text) => {
    note += text;
    at += count(text);
  };
  const letters = [...(content.letters ?? [])];
  for (const { offset, page, text } of stretches) {
    if (note) add(note.endsWith("\n\n") ? "" : note.endsWith("\n") ? "\n" : "\n\n");
    const note_start = at;
    add(text);
    letters.push({ attachment, note_start, note_end: at, page, offset });
  }
  return { ...content, note, letters };
}

/** Where words of the note stand in a letter; null if they were written here. Characters. */
export function placeOf(content, start, end) {
  const one = (content.letters ?? []).find((letter) => letter.note_start <= start && end <= letter.note_end);
  return one ? { attachment: one.attachment, offset: one.offset + start - one.note_start, page: one.page } : null;
}

/** Where the note passes from one hand to another, in units: [{at, letter}], letter null where own words follow. */
export function seams(content, worth) {
  const { toUnits } = places(content.note);
  const found = [];
  let last = null;
  let done = 0;
  for (const letter of content.letters ?? []) {
    const [start, end] = [toUnits(letter.note_start), toUnits(letter.note_end)];
    const own = last && worth(content.note.slice(done, start));
    if (own) found.push({ at: done, letter: null });
    if (own || !last || last.attachment !== letter.attachment || last.page !== letter.page) found.push({ at: start, letter });
    last = letter;
    done = end;
  }
  if (last && worth(content.note.slice(done))) found.push({ at: done, letter: null });
  return found;
}

/** Equal texts mean equal stretches. */
export const keyOf = (content) => (content.letters ?? []).map((one) => `${one.attachment}:${one.note_start}-${one.note_end}@${one.offset}`).join();
