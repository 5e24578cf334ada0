"""Examinations, their burden and their cost in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy
from django.utils.translation import pgettext_lazy as p_

from retrieval.ranking.examination_table import Examination
from retrieval.ranking.examinations import burden_of

EXAMINATIONS = {
    Examination.HISTORY: gettext_lazy("Ask the patient or the family"),
    Examination.LOOK: gettext_lazy("Look and measure"),
    Examination.EXAMINATION: gettext_lazy("Physical examination"),
    Examination.NEUROLOGY: gettext_lazy("Neurological examination"),
    Examination.DEVELOPMENT: gettext_lazy("Assessment of development and behaviour"),
    Examination.PREGNANCY: gettext_lazy("Pregnancy and birth, from the family or the record"),
    Examination.EYE: gettext_lazy("Eye examination"),
    Examination.HEARING: gettext_lazy("Hearing and balance test"),
    Examination.TEETH: gettext_lazy("Dental examination"),
    Examination.URINE: gettext_lazy("Urine test"),
    Examination.STOOL: gettext_lazy("Stool test"),
    Examination.BLOOD: gettext_lazy("Blood test"),
    Examination.ECG: gettext_lazy("Electrocardiogram"),
    Examination.EEG: gettext_lazy("Electroencephalogram"),
    Examination.ULTRASOUND: gettext_lazy("Ultrasound"),
    Examination.ECHO: gettext_lazy("Echocardiography"),
    Examination.RADIOGRAPH: gettext_lazy("Radiograph"),
    Examination.EYE_ELECTRO: gettext_lazy("Electrophysiology of vision"),
    Examination.LUNG_FUNCTION: gettext_lazy("Lung function test"),
    Examination.SLEEP_STUDY: gettext_lazy("Sleep study"),
    Examination.BRAIN_MRI: gettext_lazy("MRI of brain or spine"),
    Examination.MUSCLE_MRI: gettext_lazy("MRI of muscle"),
    Examination.CT: gettext_lazy("CT"),
    Examination.EMG: gettext_lazy("Electromyography and nerve conduction"),
    Examination.ENDOSCOPY: gettext_lazy("Endoscopy or imaging of gut and airway"),
    Examination.CSF: gettext_lazy("Lumbar puncture"),
    Examination.BONE_MARROW: gettext_lazy("Bone marrow"),
    Examination.MUSCLE_BIOPSY: gettext_lazy("Muscle biopsy"),
    Examination.BIOPSY: gettext_lazy("Biopsy"),
    Examination.CHROMOSOMES: gettext_lazy("Chromosome test"),
    Examination.OTHER: gettext_lazy("Examination"),
}

BURDENS = {
    "none": gettext_lazy("none, at the bedside"),
    "time": gettext_lazy("time, no discomfort"),
    "painless": gettext_lazy("painless"),
    "sample": gettext_lazy("a sample, painless"),
    "blood": gettext_lazy("blood sample"),
    "cooperation": gettext_lazy("painless, needs cooperation"),
    "night": gettext_lazy("a night under observation"),
    "low_dose": gettext_lazy("very low dose"),
    "dose": gettext_lazy("radiation dose"),
    "stillness": gettext_lazy("lying still; small children often sedated"),
    "uncomfortable": gettext_lazy("uncomfortable"),
    "invasive": gettext_lazy("invasive"),
}

COSTS = {"none": p_("cost", "none")}


def examination_name(one: Examination) -> str:
    return str(EXAMINATIONS[one])


def burden_words(one: Examination) -> str:
    """Empty where the table does not know."""
    return str(BURDENS.get(burden_of(one).burden or "", ""))


def cost_words(one: Examination) -> str:
    return str(COSTS.get(burden_of(one).cost or "", ""))
