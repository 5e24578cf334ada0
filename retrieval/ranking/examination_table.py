"""Which examination a finding of HPO belongs to: the branches, read by hand.

One line a branch. The most specific branch at or above a finding decides; names that carry their
examination (EEG, MRI, "circulating ... concentration") come before branches. What no branch covers
is an examination without further name, which is honest and rare.
"""

from __future__ import annotations

from enum import StrEnum


class Examination(StrEnum):
    """How a finding is established, from what costs the patient least."""

    HISTORY = "history"
    LOOK = "look"
    EXAMINATION = "examination"
    NEUROLOGY = "neurology"
    DEVELOPMENT = "development"
    PREGNANCY = "pregnancy"
    EYE = "eye"
    HEARING = "hearing"
    TEETH = "teeth"
    URINE = "urine"
    STOOL = "stool"
    BLOOD = "blood"
    ECG = "ecg"
    EEG = "eeg"
    ULTRASOUND = "ultrasound"
    ECHO = "echocardiography"
    RADIOGRAPH = "radiograph"
    EYE_ELECTRO = "visual_electrophysiology"
    LUNG_FUNCTION = "lung_function"
    SLEEP_STUDY = "sleep_study"
    BRAIN_MRI = "brain_mri"
    MUSCLE_MRI = "muscle_mri"
    CT = "ct"
    EMG = "emg"
    ENDOSCOPY = "endoscopy"
    CSF = "csf"
    BONE_MARROW = "bone_marrow"
    MUSCLE_BIOPSY = "muscle_biopsy"
    BIOPSY = "biopsy"
    CHROMOSOMES = "chromosomes"
    OTHER = "other"  # no branch covers it


BRANCHES: dict[Examination, str] = {
    Examination.HISTORY: """
        HP:0000012 Urinary urgency
        HP:0000020 Urinary incontinence
        HP:0000080 Abnormality of reproductive system physiology
        HP:0000103 Polyuria
        HP:0000246 Sinusitis
        HP:0000360 Tinnitus
        HP:0000388 Otitis media
        HP:0000613 Photophobia
        HP:0000622 Blurred vision
        HP:0000651 Diplopia
        HP:0000662 Nyctalopia
        HP:0000708 Atypical behavior
        HP:0000750 Delayed speech and language development
        HP:0000805 Enuresis
        HP:0000966 Hypohidrosis
        HP:0000975 Hyperhidrosis
        HP:0000989 Pruritus
        HP:0000992 Cutaneous photosensitivity
        HP:0001250 Seizure
        HP:0001270 Motor delay
        HP:0001279 Syncope
        HP:0001288 Gait disturbance
        HP:0001289 Confusion
        HP:0001297 Stroke
        HP:0001508 Failure to thrive
        HP:0001510 Growth delay
        HP:0001581 Recurrent skin infections
        HP:0001608 Abnormality of the voice
        HP:0001681 Angina pectoris
        HP:0001699 Sudden death
        HP:0001892 Abnormal bleeding
        HP:0001962 Palpitations
        HP:0002015 Dysphagia
        HP:0002020 Gastroesophageal reflux
        HP:0002104 Apnea
        HP:0002105 Hemoptysis
        HP:0002173 Hypoglycemic seizures
        HP:0002307 Drooling
        HP:0002315 Headache
        HP:0002321 Vertigo
        HP:0002344 Progressive neurologic deterioration
        HP:0002359 Frequent falls
        HP:0002360 Sleep abnormality
        HP:0002371 Loss of speech
        HP:0002376 Developmental regression
        HP:0002578 Gastroparesis
        HP:0002757 Recurrent fractures
        HP:0002788 Recurrent upper respiratory tract infections
        HP:0002837 Recurrent bronchitis
        HP:0003388 Easy fatigability
        HP:0003401 Paresthesia
        HP:0003551 Difficulty climbing stairs
        HP:0004370 Abnormality of temperature regulation
        HP:0004372 Reduced consciousness
        HP:0004408 Abnormality of the sense of smell
        HP:0008373 Puberty and gonadal disorders
        HP:0009046 Difficulty running
        HP:0011458 Abdominal symptom
        HP:0011947 Respiratory tract infection
        HP:0012384 Rhinitis
        HP:0012393 Allergy
        HP:0012735 Cough
        HP:0025142 Constitutional symptom
        HP:0025267 Snoring
        HP:0025439 Pharyngitis
        HP:0025615 Abscess
        HP:0025766 Abnormal affect
        HP:0030786 Photopsia
        HP:0030880 Raynaud phenomenon
        HP:0032101 Unusual infection
        HP:0040307 Male sexual dysfunction
        HP:0100806 Sepsis
        HP:0100845 Anaphylactic shock
        HP:5200423 Abnormal experience of reality
    """,
    Examination.LOOK: """
        HP:0000002 Abnormality of body height
        HP:0000047 Hypospadias
        HP:0000078 Abnormality of the genital system
        HP:0000157 Abnormality of the tongue
        HP:0000234 Abnormality of the head
        HP:0000240 Abnormality of skull size
        HP:0000315 Abnormality of the orbital region
        HP:0000464 Abnormality of the neck
        HP:0000508 Ptosis
        HP:0000592 Blue sclerae
        HP:0000598 Abnormality of the ear
        HP:0000765 Abnormal thorax morphology
        HP:0000767 Pectus excavatum
        HP:0000768 Pectus carinatum
        HP:0000769 Abnormality of the breast
        HP:0000952 Jaundice
        HP:0000960 Sacral dimple
        HP:0000969 Edema
        HP:0001028 Hemangioma
        HP:0001067 Neurofibroma
        HP:0001156 Brachydactyly
        HP:0001172 Abnormal thumb morphology
        HP:0001217 Clubbing
        HP:0001507 Growth abnormality
        HP:0001574 Abnormality of the integument
        HP:0001760 Abnormal foot morphology
        HP:0001773 Short foot
        HP:0001831 Short toe
        HP:0001844 Abnormal hallux morphology
        HP:0002035 Rectal prolapse
        HP:0002981 Abnormality of the calf
        HP:0003202 Skeletal muscle atrophy
        HP:0003691 Scapular winging
        HP:0003764 Nevus
        HP:0004275 Duplication of hand bones
        HP:0004298 Abnormality of the abdominal wall
        HP:0004378 Abnormality of the anus
        HP:0005487 Prominent metopic ridge
        HP:0005922 Abnormal hand morphology
        HP:0008034 Abnormal iris pigmentation
        HP:0008069 Neoplasm of the skin
        HP:0009124 Abnormal adipose tissue morphology
        HP:0009127 Abnormality of the musculature of the limbs
        HP:0009778 Short thumb
        HP:0009826 Limb undergrowth
        HP:0010674 Abnormal curvature of the vertebral column
        HP:0011123 Inflammatory abnormality of the skin
        HP:0011276 Vascular skin abnormality
        HP:0011297 Abnormal digit morphology
        HP:0025337 Red eye
        HP:0030084 Clinodactyly
        HP:0030236 Abnormality of muscle size
        HP:0030791 Abnormal jaw morphology
        HP:0040064 Abnormality of limbs
        HP:0040189 Scaling skin
        HP:0100257 Ectrodactyly
        HP:0100658 Cellulitis
        HP:0100699 Scarring
        HP:0100886 Abnormality of globe location
        HP:0500001 Body odor
    """,
    Examination.EXAMINATION: """
        HP:0000035 Abnormal testis morphology
        HP:0000473 Torticollis
        HP:0001367 Abnormal joint morphology
        HP:0001369 Arthritis
        HP:0001373 Joint dislocation
        HP:0001376 Limitation of joint mobility
        HP:0001386 Joint swelling
        HP:0001438 Abnormal abdomen morphology
        HP:0001541 Ascites
        HP:0001635 Congestive heart failure
        HP:0001649 Tachycardia
        HP:0001662 Bradycardia
        HP:0001744 Splenomegaly
        HP:0001944 Dehydration
        HP:0002012 Abnormality of the abdominal organs
        HP:0002093 Respiratory insufficiency
        HP:0002733 Abnormal lymph node morphology
        HP:0002795 Abnormal respiratory system physiology
        HP:0002967 Cubitus valgus
        HP:0003121 Limb joint contracture
        HP:0003273 Hip contracture
        HP:0010647 Abnormal elasticity of skin
        HP:0011328 Abnormal fontanelle morphology
        HP:0030972 Abnormal systemic blood pressure
        HP:0031657 Abnormal heart sound
        HP:0033127 Abnormality of the musculoskeletal system
        HP:0034430 Abnormal joint physiology
        HP:0100261 Abnormal tendon morphology
        HP:0100490 Camptodactyly of finger
        HP:0100790 Hernia
    """,
    Examination.NEUROLOGY: """
        HP:0000496 Abnormality of eye movement
        HP:0000707 Abnormality of the nervous system
        HP:0000759 Abnormal peripheral nervous system morphology
        HP:0001260 Dysarthria
        HP:0001308 Tongue fasciculations
        HP:0001324 Muscle weakness
        HP:0002064 Spastic gait
        HP:0002136 Broad-based gait
        HP:0002169 Clonus
        HP:0002317 Unsteady gait
        HP:0002486 Myotonia
        HP:0002505 Loss of ambulation
        HP:0002515 Waddling gait
        HP:0003011 Abnormality of the musculature
        HP:0003376 Steppage gait
        HP:0003470 Paralysis
        HP:0003473 Fatigable weakness
        HP:0003560 Muscular dystrophy
        HP:0007281 Developmental stagnation
        HP:0007354 Amyotrophic lateral sclerosis
        HP:0011443 Abnormality of coordination
        HP:0030051 Tip-toe gait
        HP:0031910 Abnormal cranial nerve physiology
        HP:0100022 Abnormality of movement
        HP:0410008 Abnormality of the peripheral nervous system
    """,
    Examination.DEVELOPMENT: """
        HP:0011446 Abnormality of mental function
        HP:0012759 Neurodevelopmental abnormality
        HP:0025783 Diagnostic behavioral phenotype
        HP:0100543 Cognitive impairment
    """,
    Examination.PREGNANCY: """
        HP:0001197 Abnormality of prenatal development or birth
        HP:0001511 Intrauterine growth retardation
        HP:0034057 Fetal anomaly
        HP:0100767 Abnormal placenta morphology
    """,
    Examination.EYE: """
        HP:0000478 Abnormality of the eye
        HP:0000486 Strabismus
        HP:0000632 Lacrimation abnormality
        HP:0004328 Abnormal anterior eye segment morphology
        HP:0004329 Abnormal posterior eye segment morphology
        HP:0100012 Neoplasm of the eye
    """,
    Examination.HEARING: """
        HP:0006958 Abnormal auditory evoked potentials
        HP:0011452 Functional abnormality of the middle ear
        HP:0031704 Abnormal ear physiology
    """,
    Examination.TEETH: """
        HP:0000164 Abnormality of the dentition
        HP:0000168 Abnormality of the gingiva
        HP:0000169 Gingival fibromatosis
    """,
    Examination.URINE: """
        HP:0000100 Nephrotic syndrome
        HP:0000123 Nephritis
        HP:0000124 Renal tubular dysfunction
        HP:0003110 Abnormality of urine homeostasis
        HP:0012614 Abnormal urine cytology
    """,
    Examination.STOOL: """
        HP:0002024 Malabsorption
        HP:0031685 Abnormal stool composition
    """,
    Examination.BLOOD: """
        HP:0000135 Hypogonadism
        HP:0000818 Abnormality of the endocrine system
        HP:0001396 Cholestasis
        HP:0001733 Pancreatitis
        HP:0001738 Exocrine pancreatic insufficiency
        HP:0001871 Abnormality of blood and blood-forming tissues
        HP:0001876 Pancytopenia
        HP:0001939 Abnormality of metabolism/homeostasis
        HP:0002633 Vasculitis
        HP:0002715 Abnormality of the immune system
        HP:0002926 Abnormality of thyroid physiology
        HP:0003201 Rhabdomyolysis
        HP:0004377 Hematological neoplasm
        HP:0010974 Abnormal myeloid leukocyte morphology
        HP:0011733 Abnormality of adrenal physiology
        HP:0012115 Hepatitis
        HP:0012211 Abnormal renal physiology
        HP:0012647 Abnormal inflammatory response
        HP:0025155 Abnormality of hepatobiliary system physiology
        HP:0025409 Abnormal spleen physiology
        HP:0032180 Abnormal circulating metabolite concentration
        HP:0033796 Abnormal leukocyte physiology
        HP:0034684 Abnormal enzyme concentration or activity
        HP:0040075 Hypopituitarism
        HP:0100646 Thyroiditis
    """,
    Examination.ECG: """
        HP:0030956 Abnormality of cardiovascular system electrophysiology
    """,
    Examination.EEG: """
        HP:0030178 Abnormality of central nervous system electrophysiology
        HP:0200134 Epileptic encephalopathy
        HP:0430106 Abnormal brain-evoked potentials
    """,
    Examination.ULTRASOUND: """
        HP:0000008 Abnormal morphology of female internal genitalia
        HP:0000022 Abnormal male internal genitalia morphology
        HP:0000079 Abnormality of the urinary system
        HP:0000820 Abnormality of the thyroid gland
        HP:0000834 Abnormality of the adrenal glands
        HP:0001392 Abnormality of the liver
        HP:0001397 Hepatic steatosis
        HP:0001409 Portal hypertension
        HP:0001732 Abnormality of the pancreas
        HP:0001743 Abnormality of the spleen
        HP:0001977 Abnormal thrombosis
        HP:0002021 Pyloric stenosis
        HP:0002597 Abnormality of the vasculature
        HP:0002896 Neoplasm of the liver
        HP:0007379 Neoplasm of the genitourinary tract
        HP:0010936 Abnormality of the lower urinary tract
        HP:0012440 Abnormal biliary tract morphology
        HP:0025015 Abnormal vascular morphology
        HP:0031105 Abnormal uterus morphology
    """,
    Examination.ECHO: """
        HP:0001626 Abnormality of the cardiovascular system
        HP:0001697 Abnormal pericardium morphology
        HP:0004930 Abnormality of the pulmonary vasculature
        HP:0009729 Cardiac rhabdomyoma
        HP:0011004 Abnormal systemic arterial morphology
        HP:0011025 Abnormal cardiovascular system physiology
        HP:0030680 Abnormal cardiovascular system morphology
        HP:0030962 Abnormal morphology of the great vessels
    """,
    Examination.RADIOGRAPH: """
        HP:0000245 Abnormal paranasal sinus morphology
        HP:0000766 Abnormal sternum morphology
        HP:0000772 Abnormal rib morphology
        HP:0000782 Abnormal scapula morphology
        HP:0000889 Abnormal clavicle morphology
        HP:0000924 Abnormality of the skeletal system
        HP:0000927 Abnormality of skeletal maturation
        HP:0000944 Abnormal metaphysis morphology
        HP:0001191 Abnormal carpal morphology
        HP:0001832 Abnormal metatarsal morphology
        HP:0002032 Esophageal atresia
        HP:0002107 Pneumothorax
        HP:0002110 Bronchiectasis
        HP:0002113 Pulmonary infiltrates
        HP:0002202 Pleural effusion
        HP:0002566 Intestinal malrotation
        HP:0002575 Tracheoesophageal fistula
        HP:0002644 Abnormal pelvic girdle bone morphology
        HP:0002645 Wormian bones
        HP:0002659 Increased susceptibility to fractures
        HP:0002758 Osteoarthritis
        HP:0002813 Abnormal limb bone morphology
        HP:0002823 Abnormal femur morphology
        HP:0003330 Abnormal bone structure
        HP:0003468 Abnormal vertebral morphology
        HP:0005214 Intestinal obstruction
        HP:0005916 Abnormal metacarpal morphology
        HP:0005918 Abnormal finger phalanx morphology
        HP:0006261 Abnormal phalangeal joint morphology of the hand
        HP:0006505 Abnormal limb epiphysis morphology
        HP:0009115 Aplasia/hypoplasia involving the skeleton
        HP:0009810 Abnormality of upper limb joint
        HP:0010161 Abnormal toe phalanx morphology
        HP:0010622 Neoplasm of the skeletal system
        HP:0010766 Ectopic calcification
        HP:0010885 Avascular necrosis
        HP:0011100 Intestinal atresia
        HP:0011314 Abnormal long bone morphology
        HP:0040072 Abnormal forearm bone morphology
        HP:0100240 Synostosis of joints
        HP:0100491 Abnormality of lower limb joint
        HP:0100750 Atelectasis
        HP:0100774 Hyperostosis
    """,
    Examination.EYE_ELECTRO: """
        HP:0000649 Abnormality of visual evoked potentials
        HP:0030453 Abnormal visual electrophysiology
    """,
    Examination.LUNG_FUNCTION: """
        HP:0002099 Asthma
        HP:0030878 Abnormality on pulmonary function testing
    """,
    Examination.SLEEP_STUDY: """
        HP:0030050 Narcolepsy
        HP:5200283 Sleep-related breathing disorders
    """,
    Examination.BRAIN_MRI: """
        HP:0000238 Hydrocephalus
        HP:0000864 Abnormality of the hypothalamus-pituitary axis
        HP:0000932 Abnormal posterior cranial fossa morphology
        HP:0002143 Abnormal spinal cord morphology
        HP:0004375 Neoplasm of the nervous system
        HP:0010651 Abnormal meningeal morphology
        HP:0011380 Abnormal semicircular canal morphology
        HP:0011815 Cephalocele
        HP:0012447 Abnormal myelination
        HP:0012639 Abnormal nervous system morphology
        HP:0012640 Abnormality of intracranial pressure
        HP:0100659 Abnormal cerebral vascular morphology
        HP:0410263 Brain imaging abnormality
    """,
    Examination.MUSCLE_MRI: """
        HP:0012548 Fatty replacement of skeletal muscle
        HP:0030951 Skeletal muscle fibrosis
    """,
    Examination.CT: """
        HP:0000359 Abnormality of the inner ear
        HP:0000370 Abnormality of the middle ear
        HP:0000452 Choanal stenosis
        HP:0000453 Choanal atresia
        HP:0002693 Abnormal skull base morphology
        HP:0002703 Abnormality of skull ossification
        HP:0009911 Abnormal temporal bone morphology
        HP:0011329 Abnormality of cranial sutures
        HP:0012252 Abnormal respiratory system morphology
        HP:0430048 Intracranial calcification
    """,
    Examination.EMG: """
        HP:0000764 Peripheral axonal degeneration
        HP:0001311 Abnormal nervous system electrophysiology
        HP:0002366 Abnormal lower motor neuron morphology
        HP:0003130 Abnormal peripheral myelination
        HP:0003398 Abnormal synaptic transmission at the neuromuscular junction
        HP:0003457 EMG abnormality
        HP:0007141 Sensorimotor neuropathy
        HP:0010546 Muscle fibrillation
        HP:0030177 Abnormality of peripheral nervous system electrophysiology
    """,
    Examination.ENDOSCOPY: """
        HP:0001600 Abnormality of the larynx
        HP:0001739 Abnormal nasopharynx morphology
        HP:0002778 Abnormal tracheal morphology
        HP:0007378 Neoplasm of the gastrointestinal tract
        HP:0012719 Functional abnormality of the gastrointestinal tract
        HP:0025031 Abnormality of the digestive system
        HP:0025033 Abnormal digestive system morphology
        HP:0034930 Digestive system neoplasm
    """,
    Examination.CSF: """
        HP:0001287 Meningitis
        HP:0002921 Abnormal cerebrospinal fluid morphology
    """,
    Examination.BONE_MARROW: """
        HP:0005561 Abnormal bone marrow cell morphology
        HP:0012156 Hemophagocytosis
    """,
    Examination.MUSCLE_BIOPSY: """
        HP:0003800 Muscle abnormality related to mitochondrial dysfunction
        HP:0004303 Abnormal muscle fiber morphology
        HP:0012103 Abnormality of the mitochondrion
        HP:0100614 Myositis
    """,
    Examination.BIOPSY: """
        HP:0000095 Abnormal renal glomerulus morphology
        HP:0001395 Hepatic fibrosis
        HP:0001970 Tubulointerstitial nephritis
        HP:0002171 Gliosis
        HP:0002185 Neurofibrillary tangles
        HP:0002664 Neoplasm
        HP:0002861 Melanoma
        HP:0003383 Onion bulb formation
        HP:0003481 Segmental peripheral demyelination/remyelination
        HP:0011034 Amyloidosis
        HP:0011124 Abnormal epidermal morphology
        HP:0012757 Abnormal neuron morphology
        HP:0025354 Abnormal cellular phenotype
        HP:0030146 Abnormal liver parenchyma morphology
        HP:0032243 Abnormal tissue metabolite concentration
        HP:0032252 Granuloma
        HP:0100242 Sarcoma
    """,
    Examination.CHROMOSOMES: """
        HP:0002916 Abnormality of chromosome segregation
        HP:0003220 Abnormality of chromosome stability
        HP:0003254 Abnormality of DNA repair
        HP:0011133 Increased sensitivity to ionizing radiation
    """,
}
