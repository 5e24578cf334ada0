/* Ages and onsets as people write them; the server does the same (cases/ages.py) and decides. */
const UNITS = {
  Y: ["y", "yr", "yrs", "year", "years", "yo", "a"],
  M: ["m", "mo", "mos", "mth", "mths", "month", "months"],
  W: ["w", "wk", "wks", "week", "weeks"],
  D: ["d", "day", "days"],
};
const UNIT_OF = Object.fromEntries(Object.entries(UNITS).flatMap(([unit, words]) => words.map((word) => [word, unit])));
const PART = /(\d+(?:[.,]\d+)?)\s*([a-z]+)\.?/g;
const FILLER = /\b(?:and|old|of age|at)\b|;|,(?!\d)/g;
const ISO = /^P(?=\d)(\d{1,3}(\.\d+)?Y)?(\d{1,4}(\.\d+)?M)?(\d{1,5}(\.\d+)?W)?(\d{1,6}(\.\d+)?D)?$/;
const OLDEST = 130;
const OTHER_ONSETS = {
  prenatal: "HP:0030674",
  "at birth": "HP:0003577",
  birth: "HP:0003577",
  newborn: "HP:0003623",
  pediatric: "HP:0410280",
  infancy: "HP:0003593",
  adulthood: "HP:0003581",
  "middle aged": "HP:0003596",
};

/** ISO 8601 duration, null for an empty field, undefined if it is not an age. */
export function ageFrom(text) {
  const words = text.toLowerCase().trim().replace(/\s+/g, " ");
  if (!words) return null;
  if (["newborn", "at birth", "birth"].includes(words)) return "P0D";
  const iso = words.startsWith("p") ? words.toUpperCase() : spoken(words);
  return iso && ISO.test(iso) && years(iso) <= OLDEST ? iso : undefined;
}

/** An onset term or an ISO 8601 duration; `onsets` maps terms to their words. */
export function onsetFrom(text, onsets) {
  const words = text.trim().replace(/\s+/g, " ");
  if (!words) return null;
  if (onsets[words.toUpperCase()]) return words.toUpperCase();
  const named = words.toLowerCase().replace(/ onset$/, "");
  const term = Object.keys(onsets).find((id) => onsets[id] === named) ?? OTHER_ONSETS[named];
  return term ?? ageFrom(words);
}

function spoken(words) {
  const rest = words.replace(FILLER, " ");
  const parts = {};
  for (const [, number, word] of rest.matchAll(PART)) {
    const unit = UNIT_OF[word];
    if (!unit || parts[unit]) return undefined;
    parts[unit] = number.replace(",", ".");
  }
  if (!Object.keys(parts).length || rest.replace(PART, "").trim()) return undefined;
  return `P${["Y", "M", "W", "D"].filter((unit) => parts[unit]).map((unit) => parts[unit] + unit).join("")}`;
}

function years(iso) {
  const per = { Y: 1, M: 1 / 12, W: 7 / 365.25, D: 1 / 365.25 };
  return [...iso.matchAll(/([\d.]+)([YMWD])/g)].reduce((sum, [, number, unit]) => sum + Number(number) * per[unit], 0);
}
