"""Why a term of a sum changed, and why a candidate moved, in sentences. It formats; `causes` and `moves` decide."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from diagnosis_app.cases.differences import STATUS_WORDS
from diagnosis_app.cases.explanation import frequency_words
from diagnosis_app.cases.term_words import WHOLE, observed_words, term_name
from diagnosis_app.compare.causes import Between, Cause, facts_differ, observed_differ, status_changed
from diagnosis_app.compare.moves import LEVEL, Move, Moves, TermChange
from diagnosis_app.compare.side import Known
from diagnosis_app.compare.sums import PRIOR, Change, Term, total
from diagnosis_app.reanalysis.first_five import same_disease
from diagnosis_app.reanalysis.reasons import Kind
from diagnosis_app.reanalysis.words import frequency_of, said
from diagnosis_app.runs.sums import objection_words, part_name, pieces_words
from frontend.words import number, signed
from retrieval.model import FrequencyKind, MatchKind

NAMED = 3  # terms and passed candidates that a sentence names; the rest are counted


def cause_words(cause: Cause) -> str:
    """What kind of thing differs, in a word or two."""
    return {
        Cause.FINDING: _("Findings"),
        Cause.ANSWER: _("Answer"),
        Cause.PATIENT: _("Patient"),
        Cause.GENES: _("Genes"),
        Cause.KNOWLEDGE: _("Knowledge"),
        Cause.SCORING: _("Scoring"),
        Cause.PREVALENCE: _("Prevalence"),
        Cause.CODE: _("Code"),
        Cause.OBJECTION: _("Objection"),
        Cause.MODEL: _("Reasoning model"),
        Cause.UNTOLD: _("Not told apart"),
        Cause.UNKNOWN: _("Unexplained"),
        Cause.SAME: _("Same"),
    }[cause]


def term_title(term: Term) -> str:
    """What a term of the sum is about."""
    match term.kind:
        case "prior":
            return _("Prior")
        case "rest":
            return _("Not in the stored terms")
        case "excluded" | "finding":
            return term.label or term.finding
        case "objection":
            return _("Objection: %(said)s") % {"said": objection_words(term.body)}
        case "gene":
            return term.label or _("Genes")
    if term.finding:
        return f"{part_name(term.kind, term.label)}: {term.label or term.finding}"
    return term_name(term.kind) or part_name(term.kind, term.label) or term.kind


def term_words(one: TermChange, between: Between) -> str:
    """Why the term is another one, without its number and without a full stop."""
    change, cause = one.change, one.traced.cause
    if cause is Cause.SAME:
        return ""
    if cause is Cause.UNTOLD:
        return _untold(change, one.traced.among, between)
    if cause in {Cause.FINDING, Cause.ANSWER, Cause.PATIENT}:
        return _of_the_case(change, cause, between)
    if cause is Cause.KNOWLEDGE:
        return _knowledge(change)
    if cause is Cause.OBJECTION:
        return _objected(change)
    if cause is Cause.MODEL:
        return _by_model(change)
    return {
        Cause.GENES: _("the genes of the case are other ones"),
        Cause.SCORING: _weights(between),
        Cause.PREVALENCE: _("the deployment lets prevalence count differently"),
        Cause.CODE: _("the code of the arithmetic is another one, and nothing else that touches this differs"),
    }.get(cause, _("nothing that was recorded explains it"))


def move_words(move: Move, moves: Moves, between: Between) -> str:
    """Why the candidate stands elsewhere, in two or three sentences."""
    if move.a is None or move.b is None:
        return _one_sided(move, moves)
    told = [_passed(move)] if move.only_passed else [_reasons(move, between)]
    if not move.moved:
        told = [_reasons(move, between) or _("Its sum is the same.")]
    return " ".join(part for part in [*told, _worked_out(move, moves)] if part)


# --- a candidate --------------------------------------------------------------


def _reasons(move: Move, between: Between) -> str:
    """The terms that changed most, each with its number; the rest counted, so that the numbers add up."""
    telling = [one for one in move.terms if abs(one.change.amount) >= LEVEL]
    told = [f"{_sentence(one, between)} ({signed(one.change.amount)})" for one in telling[:NAMED]]
    rest = [one.change for one in move.terms if one not in telling[:NAMED] and one.change.amount]
    if told and rest and abs(total(rest)) >= LEVEL:
        more = ngettext("%(n)s further term (%(sum)s)", "%(n)s further terms (%(sum)s)", len(rest))
        told.append(more % {"n": len(rest), "sum": signed(total(rest))})
    return " ".join(f"{one}." for one in told)


def _sentence(one: TermChange, between: Between) -> str:
    words = term_words(one, between)
    if one.change.one.finding and one.traced.cause in {Cause.FINDING, Cause.ANSWER}:
        return words  # it names the finding
    title = term_title(one.change.one)
    return f"{title}: {words}" if words else title


def _passed(move: Move) -> str:
    own = _("Its own score changed by %(change)s.") % {"change": signed(move.amount or 0.0)}
    if abs(move.amount or 0.0) < LEVEL:
        own = _("Its own score did not change.")
    return f"{_past(move)} {own}"


def _past(move: Move) -> str:
    named = [_with_amount(one) for one in move.passed[:NAMED]]
    more = len(move.passed) - NAMED
    if more > 0:
        named.append(ngettext("%(n)s other", "%(n)s others", more) % {"n": more})
    names = ", ".join(named)
    if move.up:
        return _("It went past %(names)s.") % {"names": names}
    return _("Passed by %(names)s.") % {"names": names}


def _with_amount(one: Move) -> str:
    return f"{one.one.name} ({signed(one.amount)})" if one.amount is not None else one.one.name


def _worked_out(move: Move, moves: Moves) -> str:
    """Of one side the sum was not kept: where the number comes from."""
    for run, one, kept in (("A", move.a, moves.kept_a), ("B", move.b, moves.kept_b)):
        if one is not None and not one.kept:
            words = _(
                "Run %(run)s kept its first %(kept)s candidates; the sum there was worked out from its knowledge."
            )
            return words % {"run": run, "kept": kept}
    return ""


def _one_sided(move: Move, moves: Moves) -> str:
    """Of one side there is no sum: what is known of it is said, and no more."""
    one = move.one
    other = [pair.b if move.b is None else pair.a for pair in moves.all]
    merged = next((sum_ for sum_ in other if sum_ is not None and same_disease(one.ids, sum_.ids)), None)
    if merged is not None:
        words = _("It and %(other)s are one disease in the other run, and are counted there as one.")
        return words % {"other": merged.name}
    kept = moves.kept_a if move.a is None else moves.kept_b
    run = "A" if move.a is None else "B"
    if move.unranked:
        words = _("The knowledge of run %(run)s does not rank it. Here its sum is %(score)s.")
        return words % {"run": run, "score": number(one.score)}
    last = min((sum_.bare for sum_ in other if sum_ and sum_.kept and not sum_.added), default=0.0)
    words = _(
        "Run %(run)s keeps its first %(kept)s candidates, and this is not among them: its sum there is not known, "
        "only that it was at most %(last)s, if it was ranked at all. Here it is %(score)s."
    )
    return words % {"run": run, "kept": kept, "last": number(last), "score": number(one.score)}


# --- a term -------------------------------------------------------------------


def _of_the_case(change: Change, cause: Cause, between: Between) -> str:
    term = change.one
    if cause is Cause.PATIENT:
        return _("age, sex or onset of the patient are others")
    was, now = between.a.known.get(term.finding), between.b.known.get(term.finding)
    if term.finding and (status_changed(change, between) or (term.kind == "onset" and was != now)):
        said = _happened(term.label or term.finding, was, now)
        documented = _documented(change.after or change.before)
        return f"{said}: {documented}" if documented else said
    if term.finding:
        title = term.label or term.finding
        return _("%(finding)s weighs differently beside the other findings") % {"finding": title}
    if term.kind == "profile":
        return ""  # its name says it
    if term.kind == "onset":
        return _("the findings that date the illness are others")
    return _("follows from the answers") if cause is Cause.ANSWER else _("follows from the findings")


def _happened(label: str, was: Known | None, now: Known | None) -> str:
    answered = bool((now or was) and (now or was).answered)  # type: ignore[union-attr]
    named = {"finding": label, "status": str(STATUS_WORDS[now.status]) if now else ""}
    if now is None:
        return _("%(finding)s is not an answer here") % named if answered else _("%(finding)s removed") % named
    if answered:
        return _("%(finding)s answered as %(status)s") % named
    if was is None:
        return _("%(finding)s added as %(status)s") % named
    if was.status != now.status:
        return _("%(finding)s set to %(status)s") % named
    return _("Onset of %(finding)s changed") % named


def _documented(term: Term | None) -> str:
    """How the disease documents a finding, as the stored term tells it: 9 of 12; not described."""
    if term is None:
        return ""
    body = term.body
    often = frequency_words(frequency_of(body["frequency"])) if body.get("frequency") else ""
    if body.get("note") == "already_counted":
        return _("already counted through a narrower finding")
    if body.get("note") == "too_young":
        return _("%(often)s, but may still appear at a later age") % {"often": often}
    ways = {
        MatchKind.EXACT: _("described"),
        MatchKind.NARROWER_DOCUMENTED: _("described more specifically"),
        MatchKind.BROADER_DOCUMENTED: _("described more generally"),
        MatchKind.SIBLING: _("something near it is described"),
        MatchKind.OPPOSITE: _("the opposite is described"),
        MatchKind.DOCUMENTED_ABSENT: _("described as absent"),
        MatchKind.UNEXPLAINED: _("not described"),
        MatchKind.PUBLISHED: _("seen in published patients"),
    }
    way = ways.get(MatchKind(body["match"]), "") if body.get("match") in set(MatchKind) else ""
    seen = observed_words(body.get("observed"))
    if body.get("match") == MatchKind.EXACT and (body.get("frequency") or {}).get("kind") == FrequencyKind.UNKNOWN:
        way = ""  # "listed without a frequency" says it
    if not way and not often:
        way = _("not described")
    return ", ".join(part for part in (way, often, seen) if part)


def _knowledge(change: Change) -> str:
    term = change.one
    if term.kind == PRIOR:
        return _("another number of diseases is ranked; it moves every candidate alike")
    if term.kind == "similar":
        return _cases(change)
    if term.kind in WHOLE:
        return _background(term.kind, "")
    if facts_differ(change) or observed_differ(change):
        before, after = _documented(change.before) or _("nothing"), _documented(change.after) or _("nothing")
        if before == after:
            return _("documented differently in this knowledge")
        return _("%(after)s; it was: %(before)s") % {"after": after, "before": before}
    if term.kind in {"finding", "excluded"}:
        return _background("", term.label or term.finding)
    return _("documented differently in this knowledge")


def _cases(change: Change) -> str:
    older, newer = (
        set(term.body.get("cases") or ()) if term is not None else set() for term in (change.before, change.after)
    )
    if newer and not older:
        return _("published patients with it speak in B alone")
    if older and not newer:
        return _("published patients with it speak in A alone")
    if older != newer:
        return _("other published patients are the nearest in this knowledge")
    return _background("similar", "")


def _background(what: str, label: str) -> str:
    """As an alert says it of all diseases."""
    about = {"label": label} if label else {"what": what}
    return _lowered(said({"kind": str(Kind.BACKGROUND), "about": about}).text)


def _weights(between: Between) -> str:
    versions = {"before": between.a.pinned("ranker") or "", "after": between.b.pinned("ranker") or ""}
    return _lowered(said({"kind": str(Kind.WEIGHTS), "about": versions}).text)


def _lowered(sentence: str) -> str:
    return sentence.removesuffix(".")


def _by_model(change: Change) -> str:
    """What the model found in each of the two runs."""
    told = [pieces_words(term.body) if term is not None else "" for term in (change.before, change.after)]
    before, after = (words or _("nothing new") for words in told)
    return _("in A it found %(before)s; in B %(after)s") % {"before": before, "after": after}


def _objected(change: Change) -> str:
    if change.before is None:
        return _("raised in B alone")
    if change.after is None:
        return _("raised in A alone")
    return _("weighs differently")


def _untold(change: Change, among: Sequence[Cause], between: Between) -> str:
    """Several things differ: what the stored term shows is said, and each that can have moved it is named."""
    told = facts_differ(change) or observed_differ(change) or change.one.kind == "similar"
    shown = _knowledge(change) if Cause.KNOWLEDGE in among and told else ""
    was, now = (side.known.get(change.one.finding) for side in (between.a, between.b))
    if was and now and status_changed(change, between):
        words = {"before": STATUS_WORDS[was.status], "after": STATUS_WORDS[now.status]}
        shown = _("%(after)s; it was: %(before)s") % words
    *first, last = [_differing(cause) for cause in among]
    names = _("%(first)s or %(last)s") % {"first": ", ".join(first), "last": last}
    return f"{shown}; {names}" if shown else names


def _differing(cause: Cause) -> str:
    return {
        Cause.FINDING: _("the findings"),
        Cause.ANSWER: _("the answers"),
        Cause.PATIENT: _("age, sex or onset"),
        Cause.GENES: _("the genes"),
        Cause.KNOWLEDGE: _("the knowledge"),
        Cause.SCORING: _("the scoring"),
        Cause.PREVALENCE: _("what prevalence counts"),
    }.get(cause, str(cause))
