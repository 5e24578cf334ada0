/* The note with its mentions: marks, walking by keys, deciding, editing the text.

   A mention is a proposal until somebody decides. Only then is there a finding. */
import { LOOKS, element, icon, say, signOf } from "./words.js";
import { placeOf, seams } from "./ranges.js";
import { withDropped, withFinding, withoutDropped, withPhrase } from "./profile.js";

const OWN = 40; // characters written into a letter that are worth a mark of their own
const KEYS = { p: "present", a: "excluded", r: "family", u: "uncertain" };

/** Offsets of the server count characters, those of the browser count UTF-16 units. */
function inUnits(text, mentions) {
  if (!/[\ud800-\udbff]/.test(text)) return mentions;
  const at = [0];
  for (const character of text) at.push(at.at(-1) + character.length);
  return mentions.map((one) => ({ ...one, start: at[one.start] ?? text.length, end: at[one.end] ?? text.length }));
}

export function createNote({ section, store, page, onChoose, names = {} }) {
  const clin = section.querySelector("[data-walk]");
  const strip = section.querySelector("[data-strip]");
  const part = (name) => section.querySelector(`[data-${name}]`);
  let mentions = [];
  let marks = [];
  let current = 0;
  let selected = "";
  let walking = false; // a mention, or the strip about it, has the keyboard

  /** decided: the status of its finding; undefined: a proposal; null: dropped */
  function decision(mention, content) {
    const { term, quote, status } = mention;
    if (content.dropped.some((one) => one.term === term && one.quote === quote)) return null;
    const own = content.findings.find((one) => one.term === term && one.quote === quote);
    if (own) return own.status;
    const place = content.findings.find(
      (one) => one.term === term && (one.status === "family") === (status === "family"),
    );
    return place && place.status === status ? status : undefined;
  }

  function draw(read) {
    const text = store.content.note;
    const held = clin.contains(document.activeElement);
    mentions = inUnits(text, read)
      .map((one, at) => ({ ...one, from: read[at].start, to: read[at].end })) // in characters, for its place in a letter
      .filter((one) => one.end > one.start && one.end <= text.length)
      .map((one) => ({ ...one, quote: text.slice(one.start, one.end).slice(0, page.limits.phrase) }));
    const pieces = [];
    let done = 0;
    const tags = seams(store.content, (words) => words.trim().length > OWN);
    const upTo = (end, before = end) => {
      while (tags.length && tags[0].at < before) {
        const { at, letter } = tags.shift();
        if (at > done) pieces.push(...plain(text.slice(done, at)));
        pieces.push(tag(letter));
        done = Math.max(done, at);
      }
      if (end > done) for (const piece of plain(text.slice(done, end))) pieces.push(piece);
      done = Math.max(done, end);
    };
    marks = mentions.map((mention, position) => {
      upTo(mention.start, mention.start + 1);
      const mark = element("mark", { class: "m", role: page.editable ? "button" : null, "data-at": position, tabindex: -1 });
      pieces.push(mark);
      done = mention.end;
      return mark;
    });
    upTo(text.length, Infinity);
    const fresh = document.createDocumentFragment();
    for (const piece of pieces) fresh.append(piece); // one by one: a call takes only so many at once
    clin.replaceChildren(fresh);
    current = Math.min(current, Math.max(0, marks.length - 1));
    paint();
    if (held) focus(current);
  }

  /** Whose words follow: a letter's, with the way to its text, or one's own. */
  function tag(letter) {
    if (!letter) return element("span", { class: "lt" }, say("letter_own"));
    const name = names[letter.attachment];
    if (!name) return element("span", { class: "lt" }, icon("doc", "i-s"), say("letter_deleted"));
    const url = `${page.url}attachments/${letter.attachment}/?at=${letter.offset}-${letter.offset + letter.note_end - letter.note_start}#at`;
    const words = letter.page ? say("letter_page", { name, page: letter.page }) : name;
    return element("a", { class: "lt", href: url }, icon("doc", "i-s"), element("bdi", {}, words));
  }

  /** Text with the phrases that were kept as written. */
  function plain(text) {
    const pieces = [];
    let done = 0;
    let found = store.content.unmapped.filter(Boolean).map((phrase) => ({ phrase, at: text.indexOf(phrase) }));
    for (;;) {
      found = found
        .map((one) => (one.at >= 0 && one.at < done ? { ...one, at: text.indexOf(one.phrase, done) } : one))
        .filter((one) => one.at >= 0);
      if (!found.length) break;
      const next = found.reduce((first, one) => (one.at < first.at ? one : first));
      if (next.at > done) pieces.push(text.slice(done, next.at));
      pieces.push(element("span", { class: "m-x" }, next.phrase));
      done = next.at + next.phrase.length;
    }
    if (done < text.length) pieces.push(text.slice(done));
    return pieces;
  }

  function paint() {
    const content = store.content;
    marks.forEach((mark, position) => {
      const mention = mentions[position];
      const decided = decision(mention, content);
      const look = decided === null ? "dropped" : `${decided ?? mention.status}${decided ? "" : " new"}`;
      mark.tabIndex = position === current ? 0 : -1;
      if (mark.dataset.look === look) return;
      mark.dataset.look = look;
      const status = decided ?? mention.status;
      const words = decided === null ? say("dropped") : say(status) + (decided ? "" : `, ${say("proposed")}`);
      mark.className = decided === null ? "m m-gone" : `m ${LOOKS[status]}${decided ? "" : " m-new"}`;
      const [first, rest] = split(mention.quote);
      const sign = decided === null ? null : decided ? (status === "present" ? null : signOf(status)) : status === "present" ? "ring" : signOf(status);
      mark.replaceChildren(
        ...(sign ? [element("span", { class: "nw" }, icon(sign, "mi"), first), rest] : [mention.quote]),
        element("span", { class: "vh" }, ` (${mention.label}, ${words})`),
      );
    });
    if (!marks.length) clin.classList.add("unread");
    else clin.classList.remove("unread");
    strip_();
  }

  const split = (quote) => {
    const at = quote.search(/\s/);
    return at < 0 ? [quote, ""] : [quote.slice(0, at), quote.slice(at)];
  };

  const open = () =>
    mentions.filter((mention) => decision(mention, store.content) === undefined && !taken(mention));

  /** Another mention already decided this finding otherwise: it stays for a person to look at. */
  const taken = (mention) =>
    store.content.findings.some(
      (one) => one.term === mention.term && (one.status === "family") === (mention.status === "family"),
    );

  function strip_() {
    if (!strip) return;
    const mention = mentions[current];
    const shown = Boolean(mention) && walking;
    const left = open().length;
    part("walk-name").textContent = shown ? mention.label : marks.length ? say(left === 1 ? "left_one" : left ? "left" : "left_none", { n: left }) : store.content.note ? say("no_mentions") : "";
    const id = part("walk-id");
    id.textContent = shown ? mention.term : "";
    if (shown) id.href = `https://hpo.jax.org/browse/term/${mention.term}`;
    else id.removeAttribute("href");
    part("walk-place").textContent = shown ? say("place", { at: current + 1, all: marks.length }) : "";
    const seg = part("walk-seg");
    if (!seg) return;
    seg.hidden = Boolean(selected) || !shown;
    part("walk-how").hidden = Boolean(selected) || shown || !marks.length;
    const decided = shown ? decision(mention, store.content) : undefined;
    seg.querySelectorAll("button").forEach((button) => {
      button.disabled = !mention;
      if (button.dataset.set === "drop") return;
      button.setAttribute("aria-pressed", String(decided === button.dataset.set));
      button.classList.toggle("as-read", shown && decided === undefined && mention.status === button.dataset.set);
    });
    part("selection-seg").hidden = !selected;
    const all = part("accept-all");
    all.hidden = !left;
  }

  function focus(position) {
    if (!marks[position]) return;
    current = position;
    marks.forEach((mark, at) => {
      mark.tabIndex = at === position ? 0 : -1;
      mark.toggleAttribute("aria-current", at === position);
    });
    marks[position].focus();
  }

  const announce = (text) => {
    const box = part("walk-say");
    if (box) box.textContent = text;
  };

  function decide(status, { advance = true } = {}) {
    const mention = mentions[current];
    if (!mention) return;
    const was = decision(mention, store.content);
    const { term, label, quote } = mention;
    if (status === "drop") {
      store.change((content) => withDropped(content, { term, quote }));
      announce(say("said", { name: label, status: say("dropped") }));
    } else {
      store.change((content) => {
        const cleared = withoutDropped(content, { term, quote });
        const others = { ...cleared, findings: cleared.findings.filter((one) => !(one.term === term && one.quote === quote && one.status !== status)) };
        const old = cleared.findings.find((one) => one.term === term && one.quote === quote);
        return withFinding(others, { ...old, term, label, status, quote, origin: "note", letter: placeOf(content, mention.from, mention.to) });
      });
      announce(say("said", { name: label, status: say(status) }));
    }
    if (advance && was === undefined) {
      const after = mentions.findIndex((one, at) => at > current && decision(one, store.content) === undefined);
      focus(after >= 0 ? after : current);
    } else {
      focus(current);
    }
  }

  function acceptAll() {
    const waiting = open();
    if (!waiting.length) return;
    let count = 0;
    store.change((content) =>
      waiting.reduce((next, { term, label, quote, status, from, to }) => {
        const there = next.findings.some((one) => one.term === term && (one.status === "family") === (status === "family"));
        if (there) return next;
        count += 1;
        return withFinding(next, { term, label, status, quote, origin: "note", letter: placeOf(content, from, to) });
      }, content),
    );
    announce(say("accepted_all", { n: count }));
  }

  clin.addEventListener("focusin", (event) => {
    const mark = event.target.closest("[data-at]");
    if (!mark) return;
    current = Number(mark.dataset.at);
    walking = true;
    marks.forEach((one, at) => {
      one.tabIndex = at === current ? 0 : -1;
      one.toggleAttribute("aria-current", at === current);
    });
    strip_();
  });
  for (const place of [clin, strip]) {
    place?.addEventListener("focusout", (event) => {
      if (clin.contains(event.relatedTarget) || strip?.contains(event.relatedTarget)) return;
      walking = false;
      strip_();
    });
  }
  clin.addEventListener("click", (event) => {
    const mark = event.target.closest("[data-at]");
    if (mark && !String(getSelection())) focus(Number(mark.dataset.at));
  });
  clin.addEventListener("keydown", (event) => {
    if (!event.target.closest("[data-at]") || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const act = () => {
      if (step) focus(Math.max(0, Math.min(marks.length - 1, current + step)));
      else if (event.key === "Home") focus(0);
      else if (event.key === "End") focus(marks.length - 1);
      else if (!page.editable) return false;
      else if (event.key === "Enter" && event.shiftKey) acceptAll();
      else if (event.key === "Enter" || event.key === " ") decide(decision(mentions[current], store.content) ?? mentions[current].status);
      else if (KEYS[event.key.toLowerCase()]) decide(KEYS[event.key.toLowerCase()]);
      else if (event.key === "x" || event.key === "X" || event.key === "Delete") decide("drop");
      else return false;
      return true;
    };
    if (act()) {
      event.preventDefault();
      event.stopPropagation();
    }
  });
  strip?.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.set) decide(button.dataset.set);
    else if (button.matches("[data-accept-all]")) acceptAll();
    else if (button.matches("[data-keep-words]")) keepWords(selected);
    else if (button.matches("[data-find-words]")) onChoose(selected);
  });

  /* Words selected with the pointer can be kept as a phrase, or looked up. */
  document.addEventListener("selectionchange", () => {
    if (!page.editable) return;
    const selection = getSelection();
    const inside = selection.rangeCount && clin.contains(selection.anchorNode) && clin.contains(selection.focusNode);
    const words = inside ? spoken(selection) : "";
    if (words === selected) return;
    selected = words;
    const short = words.length > 32 ? `${words.slice(0, 30)}…` : words;
    part("keep-words").textContent = words ? say("keep_phrase", { text: short }) : "";
    part("find-words").textContent = words ? say("find_term") : "";
    strip_();
  });

  function spoken(selection) {
    const copy = selection.getRangeAt(0).cloneContents();
    copy.querySelectorAll(".vh, .lt").forEach((one) => one.remove());
    return copy.textContent.replace(/\s+/g, " ").trim();
  }

  function keepWords(words) {
    const phrase = words.replace(/\s+/g, " ").trim();
    if (!phrase) return false;
    if (phrase.length > page.limits.phrase) {
      announce(say("phrase_long", { limit: page.limits.phrase }));
      return false;
    }
    store.change((content) => withPhrase(content, phrase));
    announce(say("kept_phrase", { text: phrase }));
    getSelection().removeAllRanges();
    return true;
  }

  return {
    draw,
    paint,
    keepWords,
    acceptAll,
    focus: () => focus(current),
    redraw: () => draw(rawFrom(mentions)),
    get left() {
      return open().length;
    },
  };

  /** Mentions already carry offsets in units; the text did not change. */
  function rawFrom(list) {
    return list.map((one) => ({ ...one, start: unitToCharacter(one.start), end: unitToCharacter(one.end) }));
  }

  function unitToCharacter(unit) {
    return [...store.content.note.slice(0, unit)].length;
  }
}
