"""A leader weighed by its records: which are shown, what stands of what is said of them, and that it moves nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from agents.cases import of_case
from agents.contract import Evidence, EvidenceKind, Stance
from agents.environment import Environment
from agents.influence import MODEL
from agents.llm.asking import Prompt
from agents.memory import MemoryRecord
from agents.panel import records
from agents.panel.records import Line, records_of, stances
from retrieval.model import Sex, Status
from tests.agents.conftest import ABSENT, PRESENT, patient
from tests.agents.investigating import Investigation, asked_of
from tests.agents.panel.scripted import Answer
from tests.agents.panel.test_panel import SEARCHES, acting, investigated
from tests.agents.small_world import APERT, CROUZON, PFEIFFER, SmallWorld, Unreadable
from tests.published import CARL, HANNAH

MATCHES = {**SEARCHES, "verb": "match", "diseases": [], "findings": []}
MUENKE, ROBINOW = "OMIM:602849", "OMIM:616331"
MACROCEPHALY = ABSENT[0]
CRANIOSYNOSTOSIS, CORONAL, BICORONAL = "HP:0001363", "HP:0004440", "HP:0011318"
KEYS = {term: f"F{n}" for n, term in enumerate((*PRESENT, *ABSENT), 1)}
Piece = tuple[str, str]  # a finding, and words by which its record is found


def lines_of(prompt: Prompt) -> dict[str, str]:
    """R1 → what is shown of it."""
    return dict(line.split(" ", 1) for line in prompt.user.split("THE RECORDS\n")[1].splitlines())


def saying(
    disease: str, supports: Sequence[Piece], against: Sequence[Piece] = (), missing: Sequence[str] = ()
) -> Answer:
    """Of one disease this, of others nothing."""

    def answer(prompt: Prompt, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        if f"D1 {disease} " not in prompt.user:
            return {"supports": [], "against": [], "missing": []}

        def record(words: str) -> str:
            return next(name for name, text in lines_of(prompt).items() if words in text)

        def pieces(said: Sequence[Piece]) -> list[dict[str, str]]:
            return [{"finding": KEYS[term], "record": record(words)} for term, words in said]

        return {"supports": pieces(supports), "against": pieces(against), "missing": [record(one) for one in missing]}

    return answer


def weighed(world: SmallWorld, answer: Answer | None = None) -> Investigation:
    """With published cases matched and no passage read."""
    told = {"archivist": answer} if answer else {}
    one = investigated(world, {"policy": acting(MATCHES), **told})
    one.go()
    return one


def prompt_of(one: Investigation, disease: str) -> Prompt:
    [prompt] = [each for each in one.model.of("archivist") if f"D1 {disease} " in each.user]  # type: ignore[union-attr]
    return prompt


def got_of(one: Investigation, disease: str) -> Mapping[str, Any]:
    [step] = [each for each in one.of("archivist") if each.why["disease"] == disease]
    return dict(step.got)


# --- what is shown ------------------------------------------------------------------------


def test_a_leader_is_asked_about_once_with_its_own_records_alone(world: SmallWorld) -> None:
    one = weighed(world)
    leaders = [each.disease for each in one.record.candidates()[:5]]
    asked = one.model.of("archivist")  # type: ignore[union-attr]
    assert [each.why["disease"] for each in one.of("archivist")] == leaders and len(asked) == 5
    crouzon = lines_of(prompt_of(one, CROUZON))
    assert "HP:0011800 Midface retrusion: in 8 of 8 patients" in crouzon.values()
    assert "HP:0001249 Intellectual disability: described as absent, in 0 of 8 patients" in crouzon.values()
    assert "the disease begins: HP:0003577 Congenital onset" in lines_of(prompt_of(one, APERT)).values()
    findings = "HP:0000520 Proptosis, HP:0011318 Bicoronal synostosis; looked for and absent: HP:0011304 Broad thumb"
    cases = {
        each: [text for text in lines_of(prompt_of(one, each)).values() if "published" in text] for each in leaders
    }
    assert cases[CROUZON] == [f"a published patient with the disease, present: {findings}"]
    assert len(cases[PFEIFFER]) == 1 and not cases[APERT]


def test_nothing_that_somebody_wrote_is_in_a_record(world: SmallWorld) -> None:
    one = weighed(world)
    for prompt in one.model.of("archivist"):  # type: ignore[union-attr]
        shown = prompt.user.split("THE RECORDS")[1]
        written = (HANNAH.label, HANNAH.id, CARL.label, CARL.source, "PMID", "FGFR2", HANNAH.publications[0].title)
        assert not any(words in shown for words in written)


def test_records_of_what_the_patient_was_looked_at_for_come_first_and_their_number_is_bounded(
    world: SmallWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = tuple(replace(HANNAH, id=f"aaaa00000000010{n}") for n in range(8))
    other = SmallWorld(world._snapshot, cases)
    record = MemoryRecord()
    pfeiffer = other.diseases.disease(PFEIFFER)
    record.keep_evidence([piece for one in cases if (piece := of_case(other, pfeiffer, one.id))])
    environment = Environment(asked_of(patient()), other, record)
    apert = [line.evidence for line in records_of(environment, APERT).values()]
    kept = [one for one in apert if "onset_term" not in one.body]
    assert len(other.diseases.disease(APERT).annotations) > len(kept) == 30
    spoken = [one.body["term"] in other.ranker.spoken_of(patient()) for one in kept]
    assert sum(spoken) > 5 and spoken == sorted(spoken, reverse=True)
    shown = [line for line in records_of(environment, PFEIFFER).values() if line.evidence.kind is EvidenceKind.CASE]
    assert len(shown) == 5
    monkeypatch.setattr(records, "OF_A_CASE", 2)
    cut = [line for line in records_of(environment, PFEIFFER).values() if line.evidence.kind is EvidenceKind.CASE]
    assert all(len(line.says) == 2 and set(line.says) <= set(PRESENT) for line in cut)


def test_what_is_documented_for_the_other_sex_alone_is_no_record_of_this_patient(world: SmallWorld) -> None:
    def shown(sex: Sex, disease: str) -> list[Evidence]:
        request = asked_of(replace(patient(), sex=sex))
        return [line.evidence for line in records_of(Environment(request, world, MemoryRecord()), disease).values()]

    disease = next(
        id for id in world.diseases.ids if any(row.sex is Sex.MALE for row in world.diseases.disease(id).annotations)
    )
    assert any(one.body.get("sex") == "male" for one in shown(Sex.MALE, disease))
    assert any(one.body.get("sex") == "male" for one in shown(Sex.UNKNOWN, disease))
    assert any(one.body.get("sex") == "male" for one in shown(Sex.OTHER, disease)), "as the sum counts them"
    assert not any(one.body.get("sex") == "male" for one in shown(Sex.FEMALE, disease))


def test_without_a_record_that_states_a_finding_nothing_is_asked(
    world: SmallWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "ANNOTATIONS", 0)
    one = weighed(world)
    assert [each.why["disease"] for each in one.of("archivist")] == [PFEIFFER, CROUZON], "those with a published case"


def test_cases_that_cannot_be_read_any_more_are_no_records(world: SmallWorld) -> None:
    record = MemoryRecord()
    record.keep_evidence([piece for piece in [of_case(world, world.diseases.disease(PFEIFFER), HANNAH.id)] if piece])
    kinds = {}
    for name, of in {"whole": world, "lost": Unreadable(world, "cases")}.items():
        environment = Environment(asked_of(patient()), of, record)
        kinds[name] = {line.evidence.kind for line in records_of(environment, PFEIFFER).values()}
    assert kinds["whole"] == {EvidenceKind.ANNOTATION, EvidenceKind.CASE}
    assert kinds["lost"] == {EvidenceKind.ANNOTATION}


# --- what stands --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("finding", "status", "term", "said", "stands"),
    [
        (CORONAL, Status.PRESENT, CORONAL, Status.PRESENT, {Stance.FOR}),
        (BICORONAL, Status.PRESENT, CRANIOSYNOSTOSIS, Status.PRESENT, {Stance.FOR}),
        (CRANIOSYNOSTOSIS, Status.PRESENT, BICORONAL, Status.PRESENT, {Stance.FOR}),
        (CORONAL, Status.EXCLUDED, CORONAL, Status.PRESENT, {Stance.AGAINST}),
        (CRANIOSYNOSTOSIS, Status.EXCLUDED, BICORONAL, Status.PRESENT, {Stance.AGAINST}),
        (BICORONAL, Status.EXCLUDED, CRANIOSYNOSTOSIS, Status.PRESENT, set()),
        (CORONAL, Status.PRESENT, CORONAL, Status.EXCLUDED, {Stance.AGAINST}),
        (BICORONAL, Status.PRESENT, CRANIOSYNOSTOSIS, Status.EXCLUDED, {Stance.AGAINST}),
        (CRANIOSYNOSTOSIS, Status.PRESENT, BICORONAL, Status.EXCLUDED, set()),
        (CORONAL, Status.EXCLUDED, CORONAL, Status.EXCLUDED, {Stance.FOR}),
        (CORONAL, Status.UNCERTAIN, CORONAL, Status.PRESENT, set()),
        (CORONAL, Status.PRESENT, MACROCEPHALY, Status.PRESENT, set()),
        (CORONAL, Status.PRESENT, "HP:0004442", Status.PRESENT, set()),  # a sibling is another finding
    ],
)
def test_a_record_speaks_of_a_finding_of_the_same_line_with_its_own_sign(
    world: SmallWorld, finding: str, status: Status, term: str, said: Status, stands: set[Stance]
) -> None:
    evidence = of_case(world, world.diseases.disease(PFEIFFER), HANNAH.id)
    assert evidence is not None
    assert stances(world, finding, status, Line("", {term: said}, evidence)) == stands


def test_a_piece_stands_where_the_record_states_that_finding_with_that_sign(world: SmallWorld) -> None:
    supports = [
        (PRESENT[0], "HP:0010055"),  # it documents it
        (PRESENT[3], "a published patient"),  # a patient had it
        (PRESENT[5], "HP:0004440"),  # it documents a narrower one
        (PRESENT[1], "HP:0010055"),  # another finding
        (MACROCEPHALY, "HP:0010055"),
    ]
    against = [(PRESENT[0], "HP:0010055")]  # the other way round
    one = weighed(world, saying(PFEIFFER, supports, against))
    step = got_of(one, PFEIFFER)
    assert [each["finding"] for each in step["supports"]] == [PRESENT[0], PRESENT[3], PRESENT[5]]
    assert step["against"] == [] and step["refused"] == 3
    evidence = one.record.evidence()
    kinds = [evidence[each["evidence"]].kind for each in step["supports"]]
    assert kinds == [EvidenceKind.ANNOTATION, EvidenceKind.CASE, EvidenceKind.ANNOTATION]
    assert all(evidence[each["evidence"]].body["disease"] == PFEIFFER for each in step["supports"])


def test_what_is_documented_and_absent_here_speaks_against(world: SmallWorld) -> None:
    one = weighed(world, saying(MUENKE, [(MACROCEPHALY, "HP:0000256")], [(MACROCEPHALY, "HP:0000256")]))
    step = got_of(one, MUENKE)
    assert [each["finding"] for each in step["against"]] == [MACROCEPHALY] and step["supports"] == []
    assert [each["absent"] for each in step["against"]] == [True], "the patient does not have it"
    assert step["refused"] == 1


def test_missing_is_a_documented_finding_that_the_profile_does_not_speak_of(world: SmallWorld) -> None:
    one = weighed(world, saying(CROUZON, [], missing=["HP:0004411", "HP:0000316"]))
    step = got_of(one, CROUZON)
    assert [each["label"] for each in step["missing"]] == ["Deviated nasal septum", "Hypertelorism"]
    evidence = one.record.evidence()
    assert [evidence[each["evidence"]].body["term"] for each in step["missing"]] == ["HP:0004411", "HP:0000316"]
    offered: list[str] = []

    def looking(prompt: Prompt, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        named = schema["properties"]["missing"]["items"]["enum"]
        offered.extend(lines_of(prompt)[name] for name in named)
        return {"supports": [], "against": [], "missing": []}

    weighed(world, looking)
    spoken = world.ranker.spoken_of(patient())
    assert offered and not any(line.split()[0] in spoken for line in offered)
    assert not any(line.startswith(("the disease", "a published")) or "described as absent" in line for line in offered)


def test_what_is_documented_or_published_is_in_the_sum_already_and_moves_nothing(world: SmallWorld) -> None:
    supports = [(PRESENT[0], "HP:0010055"), (PRESENT[1], "HP:0011304"), (PRESENT[3], "a published patient")]
    silent, told = weighed(world), weighed(world, saying(PFEIFFER, supports, missing=["HP:0005347"]))
    step = got_of(told, PFEIFFER)
    assert len(step["supports"]) == 3 and not any(each["new"] for each in step["supports"])
    assert told.record.candidates() == silent.record.candidates()
    assert not any(term.kind == MODEL for each in told.record.candidates() for term in each.contributions)
    assert told.record.claims() == silent.record.claims()


def test_another_worker_does_not_ask_about_a_leader_again(world: SmallWorld) -> None:
    one = weighed(world)
    asked = len(one.model.of("archivist"))  # type: ignore[union-attr]
    one.elsewhere().go()
    assert len(one.model.of("archivist")) == asked == len({each.key for each in one.of("archivist")})  # type: ignore[union-attr]
