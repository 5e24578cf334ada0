"""The words that decide whether a named finding is the patient's: data, no logic.

Phrases are folded words without apostrophes ("doesnt have"). Before = the finding follows the
cue; after = it comes first. PSEUDO phrases look like a cue and are none.
"""

from __future__ import annotations

from enum import Enum

from retrieval.ontology.tokens import word_set


class Cue(Enum):
    NOT_BEFORE = "negation before the finding"
    NOT_LOOSE = "negation of a verb; reaches a finding, but no list that begins after a comma"
    NOT_AFTER = "negation after the finding"
    MAYBE_BEFORE = "uncertainty before the finding"
    MAYBE_AFTER = "uncertainty after the finding"
    NOT_TOUCHING = "negation of the very next word"
    IF = "condition, risk or purpose: no statement about the patient yet"
    RELATIVE = "a relative"
    FAMILY = "family history"
    PATIENT = "the patient again"
    END = "ends what went before"
    PSEUDO = "no cue"


# One phrase after another, separated by " · ".
_TEXT: dict[Cue, str] = {
    Cue.NOT_BEFORE: """
        no · without · denies · denied · deny · denying · absence of · negative for · neg for · never had · never ·
        free of · free from · lack of · lacks · lacked · neither · nor · nil · w o · no evidence of · no evidence
        for · no history of · no signs of · no sign of · no symptoms of · no features of · ruled out for · rather
        than · failed to show · failed to reveal · instead of · no past history of · no known · no clear · no
        definite · no obvious · no apparent · excluded · exclusion of · absence of any · no suspicion of · no
        concern for · no concerns about
    """,
    Cue.NOT_LOOSE: """
        not · doesnt have · didnt have · hasnt had · hadnt · isnt · wasnt · arent · werent · doesnt · didnt · hasnt
        · havent · dont · dont have
    """,
    Cue.NOT_TOUCHING: "non · absent",
    Cue.NOT_AFTER: """
        absent · not present · not seen · not noted · not observed · not found · not detected · not reported · not
        documented · not evident · not identified · not demonstrated · not recorded · not apparent · not described ·
        not noticed · ruled out · excluded · denied · negative · never observed · never seen · never occurred ·
        never reported · never noted · not occurred · not occur · not been observed · not been noted · not been seen
        · not been reported · not been present · wasnt present · werent present · wasnt seen · werent seen · werent
        observed · wasnt observed · were none · not developed · not a feature
    """,
    Cue.MAYBE_BEFORE: """
        possible · possibly · probable · probably · suspected · suspect · suspicion of · suspicious for · suspicion
        for · may · might · may have · might have · could have · could be · may be · might be · likely · query ·
        questionable · question of · concern for · concerning for · concerns for · presumed · presumably · cannot
        exclude · cannot rule out · could not exclude · could not rule out · cant exclude · cant rule out · not
        exclude · not excluding · equivocal · unclear if · unclear whether · uncertain if · uncertain whether · not
        sure if · not sure whether · not clear if · not clear whether · not certain if · not certain whether ·
        differential includes · differential diagnosis includes · versus · vs · suggestive of · suggesting ·
        suspicious of · perhaps · unlikely · rule out · r o · to exclude · borderline · seems to have · appears to
        have · unconfirmed · with or without · may or may not · may or may not have · presence or absence of ·
        presence and absence of
    """,
    Cue.MAYBE_AFTER: """
        suspected · possible · questionable · cannot be excluded · cannot be ruled out · could not be excluded ·
        could not be ruled out · not excluded · not ruled out · not been excluded · not been ruled out · not yet
        excluded · unlikely · uncertain · unclear · unconfirmed · equivocal · considered · in question · not certain
        · not confirmed · cant be excluded · to be confirmed · to be excluded
    """,
    Cue.IF: """
        if · risk of · risk for · risks of · at risk · at risk of · at risk for · in case of · in the event of ·
        should she develop · should he develop · should they develop · monitor for · monitored for · monitoring for
        · watch for · watching for · screen for · screened for · screening for · surveillance for · look for · check
        for · prevent · prevention of · prophylaxis for · prophylaxis against · return for · predisposition to ·
        predisposes to · unless · whether · test for · tested for · testing for · advised about · beware of ·
        counselled about · counseled about · warned about · fear of · should he · should she · should they · should
        any
    """,
    Cue.RELATIVE: """
        mother · father · mom · mum · dad · brother · brothers · sister · sisters · sibling · siblings · aunt ·
        aunts · uncle · uncles · cousin · cousins · grandmother · grandfather · grandparents · grandparent · parents
        · parent · a relative · one relative · close relative · affected relative · relatives · nephew · niece ·
        nephews · nieces · grandmothers · grandfathers · stepbrother · halfbrother · halfsister · family members ·
        family member
    """,
    Cue.FAMILY: """
        family history of · family history for · family history is positive for · family history was positive for ·
        family history positive for · family history is significant for · family history was significant for ·
        family history significant for · family history is notable for · family history was notable for · family
        history notable for · family history includes · family history included · family history with · family
        history revealed · family history reveals · family history remarkable for · familial history of · fhx · fhx
        of · fh of · family hx of · family history was remarkable for · maternal history of · paternal history of
    """,
    Cue.PATIENT: """
        patient · the patient · proband · our patient · index case · index patient · propositus · proposita · but he
        · but she · while he · while she · whereas he · whereas she · but the boy · but the girl · but the child ·
        he himself · she herself
    """,
    Cue.END: """
        but · however · although · though · except · except for · apart from · aside from · besides · yet ·
        nevertheless · nonetheless · because · due to · owing to · secondary to · caused by · until · despite ·
        therefore · which · whereas · while · when · then · other than · presented with · presents with · presenting
        with · who had · who has · resulting in · leading to · attributed to · in addition to · still · instead ·
        only · till · as a result of · because of · cause of · causes of · as well as · since · after · following
    """,
    Cue.PSEUDO: """
        not only · no change · no changes · no increase · no decrease · no improvement · no further · no longer ·
        not necessarily · no doubt · without doubt · not uncommon · not uncommonly · without difficulty · not just ·
        not merely · no relief · no response · not respond · not responding · not improved · not controlled · no
        worsening · not progressive · not worse · no better · no effect · without effect · no progression · no cause
        · no treatment · without treatment · not treated · no new · not due to · not caused by · not explained by ·
        not related to · no explanation · no known cause · no clear cause · no obvious cause · no cause found · risk
        factor · risk factors · no identifiable cause · not all · not surprisingly · not unexpectedly · first noted
        · as if · no resolution · not resolved · no other explanation · no prior treatment · no medication · no
        medications · not severe · not yet treated · without improvement · without change · without response · month
        of may · in may · since may · of may · not followed by · not found to be · not known to be · no cause of
    """,
}
PHRASES = {cue: tuple(" ".join(phrase.split()) for phrase in text.split("·")) for cue, text in _TEXT.items()}

# Between a relative and a report about the patient: "his mother noticed seizures".
REPORTS = word_set(
    """
    report reports reported notice notices noticed note notes noted state states stated say says said describe
    describes described observe observes observed recall recalls recalled feel feels felt worry worried concerned
    brought deny denies denied saw sees seen complained complains complain mentioned mentions mention pregnancy
    pregnancies states thinks thought believes believed suspects suspected filmed videoed recorded asks asked age
    aged is
    """
) - {"is"}

# Before a relative: the relative is not who has the finding ("born to", "inherited from his mother").
NOT_SUBJECT = word_set("of to by from for than like with via through unlike resembles resembling")

# Before a relative, after "in": "seizures in her older brother".
DESCRIBES_RELATIVE = word_set(
    """
    a an the his her their patients probands one two three four five both several some other another older younger
    elder eldest youngest oldest affected deceased late maternal paternal first second half great twin identical
    healthy unaffected only
    """
)

# Words that show a listed item to be a statement of its own: "no seizures, severe hypotonia since birth".
OWN_STATEMENT = word_set(
    """
    is was were are has have had shows showed show noted found observed seen presented presents developed develops
    walked walks sat sits began started said says became becomes remains remained underwent required requires
    exhibited exhibits demonstrated demonstrates revealed reveals displayed displays manifested manifests suffers
    suffered experienced experiences appeared appears occurred persisted severe severely mild mildly moderate
    moderately marked markedly progressive profound bilateral since with he she they patient can could does did
    positive present also born diagnosed
    """
)
