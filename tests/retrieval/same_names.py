"""Entries of OMIM and of Orphanet that carry the same name and are not the same disease.

Found by comparing all names of phenotype.hpoa 2025-01-16 with those of orphapacket 1.3.42 (letters and digits
only), and frozen: 70 of 730 pairs. A change of what merges shows as a difference from this list.
"""

# The entry of Orphanet is a group: it is broader than the entry of OMIM (BTNT), or covers further entries of
# a series (Fanconi anemia is not complementation group A), or is of the type Category or Clinical group.
GROUP = (
    ("OMIM:103920", "ORPHA:1164"),
    ("OMIM:113300", "ORPHA:93387"),
    ("OMIM:117550", "ORPHA:821"),
    ("OMIM:119500", "ORPHA:294963"),
    ("OMIM:119600", "ORPHA:1452"),
    ("OMIM:123000", "ORPHA:1522"),
    ("OMIM:127500", "ORPHA:241"),
    ("OMIM:137940", "ORPHA:69735"),
    ("OMIM:151623", "ORPHA:524"),
    ("OMIM:152700", "ORPHA:536"),
    ("OMIM:153630", "ORPHA:156207"),
    ("OMIM:154700", "ORPHA:558"),
    ("OMIM:158000", "ORPHA:573"),
    ("OMIM:161550", "ORPHA:150"),
    ("OMIM:162200", "ORPHA:636"),
    ("OMIM:166780", "ORPHA:2792"),
    ("OMIM:173100", "ORPHA:231679"),
    ("OMIM:174900", "ORPHA:2929"),
    ("OMIM:176100", "ORPHA:101330"),
    ("OMIM:179850", "ORPHA:79145"),
    ("OMIM:187760", "ORPHA:3317"),
    ("OMIM:200100", "ORPHA:14"),
    ("OMIM:208900", "ORPHA:100"),
    ("OMIM:218330", "ORPHA:1515"),
    ("OMIM:219000", "ORPHA:2052"),
    ("OMIM:227650", "ORPHA:84"),
    ("OMIM:229200", "ORPHA:90354"),
    ("OMIM:230400", "ORPHA:352"),
    ("OMIM:231530", "ORPHA:309127"),
    ("OMIM:236730", "ORPHA:2704"),
    ("OMIM:241550", "ORPHA:2248"),
    ("OMIM:248370", "ORPHA:2457"),
    ("OMIM:248600", "ORPHA:511"),
    ("OMIM:250100", "ORPHA:512"),
    ("OMIM:254940", "ORPHA:1358"),
    ("OMIM:266130", "ORPHA:32"),
    ("OMIM:267430", "ORPHA:3033"),
    ("OMIM:268400", "ORPHA:2909"),
    ("OMIM:273800", "ORPHA:849"),
    ("OMIM:277580", "ORPHA:897"),
    ("OMIM:300000", "ORPHA:2745"),
    ("OMIM:300068", "ORPHA:754"),
    ("OMIM:300818", "ORPHA:447"),
    ("OMIM:300909", "ORPHA:91385"),
    ("OMIM:305400", "ORPHA:915"),
    ("OMIM:305620", "ORPHA:1826"),
    ("OMIM:306900", "ORPHA:98879"),
    ("OMIM:307030", "ORPHA:308993"),
    ("OMIM:309520", "ORPHA:776"),
    ("OMIM:310600", "ORPHA:649"),
    ("OMIM:310980", "ORPHA:660"),
    ("OMIM:314580", "ORPHA:3454"),
    ("OMIM:600274", "ORPHA:282"),
    ("OMIM:601859", "ORPHA:3261"),
    ("OMIM:603554", "ORPHA:39041"),
    ("OMIM:604093", "ORPHA:498"),
    ("OMIM:607107", "ORPHA:150"),
    ("OMIM:613985", "ORPHA:848"),
    ("OMIM:615237", "ORPHA:2301"),
    ("OMIM:615619", "ORPHA:70567"),
    ("OMIM:619301", "ORPHA:613274"),
    ("OMIM:619542", "ORPHA:99741"),
)

# The entry of Orphanet is narrower (NTBT): phenylketonuria is not all of phenylalanine hydroxylase deficiency.
NARROWER = (
    ("OMIM:175700", "ORPHA:380"),
    ("OMIM:261600", "ORPHA:716"),
    ("OMIM:300661", "ORPHA:3222"),
    ("OMIM:610443", "ORPHA:96169"),
    ("OMIM:613490", "ORPHA:60"),
    ("OMIM:615198", "ORPHA:500548"),
)

# Nothing but the name: acrokeratosis paraneoplastica and Bazex-Dupre-Christol syndrome, and the two syndromes
# of Clark and Baraitser.
OTHER = (
    ("OMIM:300602", "ORPHA:600731"),
    ("OMIM:301845", "ORPHA:166113"),
)
