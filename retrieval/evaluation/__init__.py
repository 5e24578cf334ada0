"""How good a ranking is, honestly: the protocol, apart from any command, page or database.

A case is scored publication-blind (`blinding`), in strata that no choice of knowledge can move
(`strata`), with measures that weigh cases, diseases and papers (`measures`, `reliability`).
`bench` puts them together for one snapshot, `parallel` spreads the work over all cores. Nothing
here writes, fits or remembers: what is fitted elsewhere asks the same protocol.
"""

from retrieval.evaluation.blinding import Blinding
from retrieval.evaluation.solved import SolvedCase
from retrieval.evaluation.strata import Strata, Stratum, StratumOf

__all__ = ["Blinding", "SolvedCase", "Strata", "Stratum", "StratumOf"]
