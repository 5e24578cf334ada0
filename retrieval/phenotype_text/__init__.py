"""From a clinician's note to findings with their place in the text."""

from retrieval.phenotype_text.note_reader import NoteReader
from retrieval.phenotype_text.reader import Mention, Reader

__all__ = ["Mention", "NoteReader", "Reader"]
