/* Changes to the content of a case. Pure: each takes a content and returns another. */
const inFamily = (status) => status === "family";

/** What identifies a finding: the patient's own, or a relative's, of one term. */
export const samePlace = (a, b) => a.term === b.term && inFamily(a.status) === inFamily(b.status);

export const finding = (content, term, status) =>
  content.findings.find((entry) => samePlace(entry, { term, status }));

/** Adds an entry, or changes the one that is already in its place. */
export function withFinding(content, entry) {
  const old = content.findings.find((one) => samePlace(one, entry));
  const full = { label: "", onset: null, origin: "typed", quote: "", relative: "", ...old, ...entry };
  const findings = old
    ? content.findings.map((one) => (one === old ? full : one))
    : [...content.findings, full];
  return { ...content, findings };
}

/** Changes the entry of this term and status; a status that is taken replaces what stands there. */
export function withChange(content, { term, status }, change) {
  const at = content.findings.findIndex((one) => one.term === term && one.status === status);
  if (at < 0) return content;
  const next = { ...content.findings[at], ...change };
  const findings = content.findings
    .map((one, position) => (position === at ? next : one))
    .filter((one, position) => position === at || !samePlace(one, next));
  return { ...content, findings };
}

export function withoutFinding(content, { term, status }) {
  const at = content.findings.findIndex((one) => one.term === term && (!status || one.status === status));
  if (at < 0) return content;
  return { ...content, findings: content.findings.filter((_, position) => position !== at) };
}

/** Keeps the first of several entries that are the same finding. */
export function withoutRepeats(content, term) {
  let seen = false;
  const findings = content.findings.filter((one) => {
    if (one.term !== term || inFamily(one.status)) return true;
    const first = !seen;
    seen = true;
    return first;
  });
  return { ...content, findings };
}

/** Sets a mention of the note aside: its finding goes, and it is not offered again. */
export function withDropped(content, { term, quote }) {
  const findings = content.findings.filter((one) => !(one.term === term && one.quote === quote));
  const dropped = content.dropped.some((one) => one.term === term && one.quote === quote)
    ? content.dropped
    : [...content.dropped, { term, quote }];
  return { ...content, findings, dropped };
}

export function withoutDropped(content, { term, quote }) {
  return { ...content, dropped: content.dropped.filter((one) => one.term !== term || one.quote !== quote) };
}

const genesOf = (content) => content.genes ?? [];
export const gene = (content, symbol) => genesOf(content).find((one) => one.symbol.toUpperCase() === symbol.toUpperCase());

/** Adds entries in their order; one that is there takes what the new one says, and keeps the rest. */
export function withGenes(content, entries) {
  const genes = new Map(genesOf(content).map((one) => [one.symbol.toUpperCase(), one]));
  for (const entry of entries) {
    const old = genes.get(entry.symbol.toUpperCase()) ?? {};
    const said = Object.entries(entry).filter(([, value]) => value !== null && value !== "unknown" && value !== "");
    genes.set(entry.symbol.toUpperCase(), { ...entry, ...old, ...Object.fromEntries(said) });
  }
  return { ...content, genes: [...genes.values()] };
}

/** Adds one gene at the top of the list, or brings it there. */
export function withGene(content, entry) {
  const old = gene(content, entry.symbol);
  return { ...content, genes: [old ?? entry, ...genesOf(content).filter((one) => one !== old)] };
}

export function withGeneChange(content, symbol, change) {
  const old = gene(content, symbol);
  return old ? { ...content, genes: genesOf(content).map((one) => (one === old ? { ...old, ...change } : one)) } : content;
}

export function withoutGene(content, symbol) {
  const old = gene(content, symbol);
  return old ? { ...content, genes: genesOf(content).filter((one) => one !== old) } : content;
}

export const withoutGenes = (content) => (genesOf(content).length ? { ...content, genes: [] } : content);

export function withPhrase(content, phrase) {
  return content.unmapped.includes(phrase) ? content : { ...content, unmapped: [...content.unmapped, phrase] };
}

export function withoutPhrase(content, phrase) {
  return { ...content, unmapped: content.unmapped.filter((one) => one !== phrase) };
}
