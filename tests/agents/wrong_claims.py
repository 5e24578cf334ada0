"""Wrong statements, made from right ones: each way of being wrong that a reader would be harmed by.

`wrongs(argued)` yields (name, claim, evidence to add), and `wrongs_of_passages` those about passages. They are
made from statements that stand, so that nothing but the named fault can be the reason for their removal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from agents.contract import Claim, Evidence, EvidenceKind, Polarity, Relation, Stance, Triple
from agents.evidence import seal
from agents.ledger import Argued

Wrong = tuple[str, Claim, tuple[Evidence, ...]]


def wrongs(argued: Sequence[Argued]) -> Iterator[Wrong]:
    evidence = {one.key: one for each in argued for one in each.evidence}
    names = {each.candidate.disease: each.candidate.name for each in argued}
    for each in argued:
        other = next(one for one in argued if one.candidate.disease != each.candidate.disease)
        for claim in each.claims:
            source = evidence[claim.evidence[0]]
            yield from _about_evidence(claim, source, other)
            yield from _about_the_sentence(claim, source, names)
            yield from _about_what_is_added_or_left_out(claim)
            yield from _about_the_triple(claim, each, other)
            if claim.triple.relation in (Relation.GENE, Relation.NO_GENE):
                yield from _about_the_gene(claim, source)


def _about_evidence(claim: Claim, source: Evidence, other: Argued) -> Iterator[Wrong]:
    foreign = next(one for one in other.evidence if one.body.get("disease") == other.candidate.disease)
    yield "no evidence", replace(claim, evidence=(), quotes=()), ()
    yield "invented evidence", replace(claim, evidence=("f" * 64,), quotes=()), ()
    yield "another disease's evidence", replace(claim, evidence=(foreign.key,), quotes=()), ()
    yield "evidence added from another disease", replace(claim, evidence=(*claim.evidence, foreign.key)), ()
    altered = replace(source, quote=source.quote.replace(" of ", " of 1"))
    if altered.quote != source.quote:
        yield "altered evidence under the old key", claim, (altered,)
    yield "quote that is not there", replace(claim, quotes=((source.key, "in nearly all patients"),)), ()
    yield "empty quote", replace(claim, quotes=((source.key, " "),)), ()
    frequency = source.body.get("frequency")
    if frequency and frequency["kind"] == "counted":
        forged = seal(
            EvidenceKind.ANNOTATION,
            source.source,
            source.version,
            source.locator,
            source.quote.replace(f"in {frequency['n']} of", f"in {frequency['m'] + 3} of"),
            {**source.body, "frequency": {**frequency, "n": frequency["m"] + 3}},
        )
        said = claim.text.replace(f"in {frequency['n']} of", f"in {frequency['m'] + 3} of")
        yield (
            "forged evidence with a right key",
            replace(claim, evidence=(forged.key,), quotes=(), text=said),
            (forged,),
        )


def _about_the_sentence(claim: Claim, source: Evidence, names: dict[str, str]) -> Iterator[Wrong]:
    frequency = source.body.get("frequency") or {}
    if frequency.get("kind") == "counted":
        n, m = frequency["n"], frequency["m"]
        right = f"in {n} of {m} "
        yield "another count", replace(claim, text=claim.text.replace(right, f"in {n + 1} of {m + 1} ")), ()
        yield "another denominator", replace(claim, text=claim.text.replace(right, f"in {n} of {m + 10} ")), ()
        yield "a percentage", replace(claim, text=claim.text.replace(right, "in 93 % of ")), ()
        yield "a number in words", replace(claim, text=claim.text.replace(right, "in nineteen of twenty ")), ()
        yield "a word of strength", replace(claim, text=claim.text.replace(right, "in most ")), ()
        yield "a count added", replace(claim, text=f"{claim.text} A further 12 patients had it."), ()
    yield "denied", replace(claim, text=claim.text.replace(" is ", " is never ", 1)), ()
    yield "denied again", replace(claim, text=_flipped(claim.text)), ()
    yield "a cause", replace(claim, text=f"{claim.text.rstrip('.')} because of a variant."), ()
    yield "a diagnosis", replace(claim, text=f"{claim.text} This confirms the diagnosis."), ()
    yield "advice", replace(claim, text=f"{claim.text} Treatment should begin at once."), ()
    yield "an invented id", replace(claim, text=f"{claim.text.rstrip('.')} (PMID:99999999)."), ()
    stranger = next(name for disease, name in names.items() if disease != claim.triple.disease)
    yield "another disease named", replace(claim, text=f"{claim.text} The same holds for {stranger}."), ()
    yield "a finding swapped", replace(claim, text="Green eyebrows, a rare sign, are documented."), ()


def _about_what_is_added_or_left_out(claim: Claim) -> Iterator[Wrong]:
    """The figures, the finding and the direction are right; something beside them is not."""
    text, bare = claim.text, claim.text.rstrip(".")
    counted = re.search(r"\bin (\d+) of (\d+) patients?", text)
    if counted:
        for word in ("fewer than", "more than", "at least", "up to", "only", "exactly"):
            yield "a number compared", replace(claim, text=text.replace("in ", f"in {word} ", 1)), ()
        yield (
            "another unit",
            replace(claim, text=text.replace(" patients", " families").replace(" patient.", " family.")),
            (),
        )
        yield "one of the two numbers", replace(claim, text=text.replace(counted[0], f"in {counted[2]} patients")), ()
    ranged = re.search(r"\((\d+) to (\d+) %\)", text)
    if ranged:
        yield "one end of a range", replace(claim, text=text.replace(ranged[0], f"({ranged[2]} %)")), ()
        yield "a range as patients", replace(claim, text=text.replace(ranged[0], f"(in {ranged[2]} patients)")), ()
    bound = re.search(r" \((female|male) patients only\)", text)
    if bound:
        turned = "female" if bound[1] == "male" else "male"
        yield "the other sex", replace(claim, text=text.replace(bound[1], turned)), ()
        yield "for either sex", replace(claim, text=text.replace(bound[0], "")), ()
    yield "a disease that is no candidate", replace(claim, text=f"{bare} with Loeys-Dietz syndrome."), ()
    yield "further findings", replace(claim, text=f"{bare} together with cleft palate and deafness."), ()
    yield "a course that nobody stated", replace(claim, text=f"Severe, progressive {text}"), ()
    yield "an age that nobody stated", replace(claim, text=f"{bare} from birth."), ()
    if claim.triple.relation is Relation.BEGINS:
        fits = text.replace("does not fit", "fits")
        yield "an onset that fits", replace(claim, stance=Stance.FOR, text=fits), ()
    if claim.triple.relation is Relation.SEX:
        yield "a sex that fits", replace(claim, stance=Stance.FOR), ()
    yield "a match of no known kind", replace(claim, match="cousin"), ()


def _about_the_gene(claim: Claim, source: Evidence) -> Iterator[Wrong]:
    """BRCA1 is known for none of the candidates, and on nobody's list."""
    triple, text = claim.triple, claim.text
    yield "a further gene", replace(claim, text=f"{text} BRCA1 is a known gene of it too."), ()
    yield "the gene as the cause", replace(claim, text=text.replace(" is on the list", " on the list causes it,")), ()
    yield "the gene as proof", replace(claim, text=f"{text} That settles the diagnosis."), ()
    yield "no word of a list", replace(claim, text=text.replace("the list", "the X chromosome")), ()
    if triple.relation is Relation.NO_GENE:
        yield "listed though none is", replace(claim, text=text.replace("No known gene", "A known gene")), ()
        return
    yield "another gene named", replace(claim, text=text.replace(triple.finding, "BRCA1")), ()
    yield "another gene in the triple", replace(claim, triple=replace(triple, finding="BRCA1")), ()
    body = {**source.body, "gene": "BRCA1", "label": "BRCA1"}
    quote = source.quote.replace(triple.finding, "BRCA1")
    forged = seal(source.kind, source.source, source.version, source.locator, quote, body)
    swapped = replace(triple, finding="BRCA1")
    said = replace(claim, triple=swapped, text=text.replace(triple.finding, "BRCA1"), evidence=(forged.key,), quotes=())
    yield "a gene that the disease does not have", said, (forged,)
    zygosity = "homozygous" if "heterozygous" in claim.about else "heterozygous"
    yield "another zygosity", replace(claim, text=text.replace(" is on", f", {zygosity}, is on", 1)), ()
    yield "an origin nobody recorded", replace(claim, text=text.replace(" is on", ", paternal, is on", 1)), ()
    yield "a variant nobody recorded", replace(claim, about=f"{claim.about} father".strip()), ()
    yield "not listed though it is", replace(claim, text=text.replace(" is on", " is not on", 1)), ()


def _about_the_triple(claim: Claim, own: Argued, other: Argued) -> Iterator[Wrong]:
    triple = claim.triple
    strange = other.candidate.disease
    yield "another disease in the triple", replace(claim, triple=replace(triple, disease=strange)), ()
    if triple.relation is Relation.BEGINS:
        return
    turned = Polarity.ABSENT if triple.polarity is Polarity.PRESENT else Polarity.PRESENT
    yield "polarity turned", replace(claim, triple=replace(triple, polarity=turned)), ()
    yield "another finding in the triple", replace(claim, triple=replace(triple, finding="HP:0001156")), ()
    reversed_stance = {Stance.FOR: Stance.AGAINST, Stance.AGAINST: Stance.FOR}.get(claim.stance, Stance.FOR)
    yield "direction reversed", replace(claim, stance=reversed_stance), ()
    if triple.relation is Relation.DOCUMENTS:
        lists = Triple(triple.disease, Relation.DOES_NOT_LIST, triple.finding, Polarity.ABSENT)
        unlisted = replace(claim, triple=lists, stance=Stance.UNEXPLAINED, about=triple.finding, match="")
        yield "said not to be listed", unlisted, ()
    if claim.about:
        yield "a finding nobody recorded", replace(claim, about="HP:0001156", match=""), ()
        yield "said to be missing though recorded", replace(claim, stance=Stance.MISSING, about="", match=""), ()


def wrongs_of_passages(
    claims: Sequence[Claim], kept: Sequence[Evidence], stranger: str, sealed: Evidence
) -> Iterator[Wrong]:
    """Wrong statements about what a passage speaks of. `stranger` is another candidate, `sealed` another evidence."""
    by_key = {one.key: one for one in kept}
    for claim in claims:
        source = by_key[claim.evidence[0]]
        yield from _of_the_words(claim, source, stranger)
        yield from _of_the_passage(claim, source)
        yield from _of_what_is_meant(claim, [one for one in kept if one.key != source.key], sealed)


def _of_the_words(claim: Claim, source: Evidence, stranger: str) -> Iterator[Wrong]:
    text, bare = claim.text, claim.text.rstrip(".")
    yield "mention denied", replace(claim, text=text.replace(" speaks of ", " does not speak of ")), ()
    yield "mention as an absence", replace(claim, text=f"{bare} as absent."), ()
    yield "mention of another disease too", replace(claim, text=f"{bare} and of {stranger}."), ()
    yield "mention under another name", replace(claim, text=f"A passage on {stranger} speaks of it."), ()
    yield (
        "mention of another finding",
        replace(claim, text=text.partition(" speaks of ")[0] + " speaks of Cleft palate."),
        (),
    )
    yield "mention of one more finding", replace(claim, text=f"{bare} and of Cleft palate."), ()
    yield "mention with a number", replace(claim, text=f"{bare} in 93 % of patients."), ()
    yield "mention with a count", replace(claim, text=f"{bare} in 5 of 7 patients."), ()
    yield "mention with a number of something else", replace(claim, text=f"{bare} in 8 patients."), ()
    yield "mention with a strength of something else", replace(claim, text=f"{bare} in most patients."), ()
    yield "mention with a strength", replace(claim, text=f"{bare} as obligate."), ()
    yield "mention as a cause", replace(claim, text=f"{bare}, which is caused by it."), ()
    yield "mention as a diagnosis", replace(claim, text=f"{text} This confirms the diagnosis."), ()
    yield "mention as advice", replace(claim, text=f"{text} Surgery is recommended."), ()
    yield "mention with an invented id", replace(claim, text=f"{bare} (PMID:99999999)."), ()
    yield "mention with an invented quote", replace(claim, quotes=((source.key, "found in nearly every patient"),)), ()
    yield "mention with an empty quote", replace(claim, quotes=((source.key, ""),)), ()
    yield "mention with a quote from nowhere", replace(claim, quotes=(("f" * 64, source.quote),)), ()
    yield "mention with a quote in other words", replace(claim, quotes=((source.key, source.quote.upper()),)), ()


def _of_the_passage(claim: Claim, source: Evidence) -> Iterator[Wrong]:
    """The evidence itself is forged, under a key that fits what it now says."""

    def forged(name: str, span: tuple[int, int] | None = None, quote: str | None = None, **body: object) -> Wrong:
        said = source.quote if quote is None else quote
        new = seal(
            source.kind,
            source.source,
            source.version,
            source.locator,
            said,
            {**source.body, **body},
            span or source.span,
        )
        return name, replace(claim, evidence=(new.key,), quotes=((new.key, said),)), (new,)

    text, (start, end) = str(source.body["text"]), source.span
    yield "passage altered under the old key", claim, (replace(source, quote=f"{source.quote} Always."),)
    yield forged("passage with words put in", quote=f"{source.quote} Always.", text=f"{text} Always.")
    yield forged("passage with a moved span", span=(start + 1, end + 1))
    yield forged("passage with an empty span", span=(start, start), quote="")
    yield forged("passage of another document", document="made:Thumbs")
    yield forged("passage under another title", title="New England Journal of Medicine")
    yield forged("passage from another address", url="https://example.org/elsewhere")
    yield forged("passage under another licence", licence="none")
    yield forged("passage that is not there", passage="0123456789abcdef")
    yield forged("passage about another disease", disease="OMIM:154700", disease_name="Marfan syndrome")


def _of_what_is_meant(claim: Claim, others: Sequence[Evidence], sealed: Evidence) -> Iterator[Wrong]:
    triple = claim.triple
    yield "mention without evidence", replace(claim, evidence=(), quotes=()), ()
    yield "mention with invented evidence", replace(claim, evidence=("f" * 64,), quotes=()), ()
    for other in others:
        if other.body["disease"] != triple.disease:
            yield "mention in another disease's passage", replace(claim, evidence=(other.key,), quotes=()), ()
            break
    yield "mention from an annotation", replace(claim, evidence=(sealed.key,), quotes=()), (sealed,)
    yield "mention against", replace(claim, stance=Stance.AGAINST), ()
    yield "mention as missing", replace(claim, stance=Stance.MISSING, about=""), ()
    yield "mention as unexplained", replace(claim, stance=Stance.UNEXPLAINED), ()
    yield "mention of an absence", replace(claim, triple=replace(triple, polarity=Polarity.ABSENT)), ()
    yield "mention of what is not named", replace(claim, triple=replace(triple, finding="HP:0000175")), ()
    yield "mention of what the passage denies", _of(claim, "HP:0001250", "Seizure"), ()
    yield "mention for another disease", replace(claim, triple=replace(triple, disease="OMIM:154700")), ()
    yield "mention about nobody's finding", replace(claim, about="HP:0001156"), ()
    yield "mention as documented", replace(claim, triple=replace(triple, relation=Relation.DOCUMENTS)), ()
    lists = replace(triple, relation=Relation.DOES_NOT_LIST, polarity=Polarity.ABSENT)
    yield "mention as what is not listed", replace(claim, triple=lists, stance=Stance.UNEXPLAINED, match=""), ()


def _of(claim: Claim, term: str, label: str) -> Claim:
    said = f"{claim.text.partition(' speaks of ')[0]} speaks of {label}."
    return replace(claim, triple=replace(claim.triple, finding=term), about=term, text=said)


def _flipped(text: str) -> str:
    for said, turned in (
        (" is not recorded", " is recorded"),
        (" is not among", " is among"),
        (" is absent here", " is present here"),
        ("does not fit", "fits"),
        (" is documented", " is not documented"),
    ):
        if said in text:
            return text.replace(said, turned, 1)
    return f"It is not so that {text}"
