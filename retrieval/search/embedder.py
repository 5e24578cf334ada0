"""Texts to vectors, behind a Protocol; the one implementation here is sentence-transformers.

Loaded only in the retrieval process and in `manage.py knowledge embed`, and lazily: importing
this module imports neither torch nor transformers. Nothing is fetched and no code of a model is
run (`model_folder`). Texts never reach a log.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from retrieval.search import model_folder
from retrieval.search.errors import EmbedderMissing

TOKENS = 1_024  # of one batch; larger ones are slower on a CPU, and a question waits for a batch at most
TOKENS_ON_GPU = 65_536
READ = 512  # texts that are measured at a time
INLINE = 8  # so few texts are a question: embedded by the thread that asks
NICE = 10  # bulk work gives way to the pages
ALIKE = 0.999  # cosine of a text's two vectors from which the model may count in bfloat16
SAMPLE = (
    "seizures",
    "Marfan syndrome. Symptoms. Tall stature, long fingers and a dislocated lens; the aorta widens in most adults.",
    "The disease is inherited in an autosomal recessive manner: both copies of the gene in each cell have a variant, "
    "and the parents, who carry one copy each, usually show no signs. Onset is in the first year of life, with low "
    "muscle tone, poor feeding, developmental delay and an enlarged liver. Treatment is of the symptoms alone.",
)
OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1"}


class Precision(StrEnum):
    """How a model counts. Vectors of different precisions have different digests."""

    AUTO = "auto"  # bfloat16 where the processor multiplies it in hardware and the model stays the same in it
    FLOAT32 = "float32"


class Embedder(Protocol):
    """Gives each text a vector of length one; near meanings have near vectors."""

    @property
    def name(self) -> str: ...
    @property
    def dimension(self) -> int: ...
    @property
    def digest(self) -> str:
        """Changes whenever the same text would get another vector, apart from rounding."""
        ...

    @property
    def device(self) -> str: ...

    def embed(self, texts: Sequence[str], *, asked: bool = False) -> np.ndarray:
        """float32[texts, dimension]; `asked`: these are questions, for models that tell them from documents."""
        ...


def open_embedder(name: str = "", models: Path | None = None, precision: Precision = Precision.FLOAT32) -> Embedder:
    """The model that CLEW_EMBEDDER means, loaded; EmbedderMissing says what is not there."""
    missing = model_folder.missing_packages()
    if missing:
        raise EmbedderMissing(
            f"Not installed: {', '.join(missing)}.", hint="Start ./run again: it installs what search by meaning needs."
        )
    folder = model_folder.find(name, models)
    try:
        return SentenceTransformers(folder, name or model_folder.PACKAGED, precision)
    except (ImportError, OSError, ValueError, RuntimeError, KeyError, TypeError) as error:  # whatever a bad file raises
        raise EmbedderMissing(
            f"The model in {folder} cannot be loaded ({type(error).__name__}).", hint="Take another copy of it."
        ) from error


class SentenceTransformers:
    """A sentence-transformers model on the GPU if there is one, else on the CPU.

    Bulk work runs as several batches at once with few threads each: one batch on all cores waits
    for its slowest thread at every layer, which on a busy machine makes it a hundred times slower.
    A batch is so many tokens of texts of a length: padding costs as much as words do.
    """

    def __init__(self, folder: Path, name: str, precision: Precision = Precision.FLOAT32) -> None:
        os.environ.update(OFFLINE, TOKENIZERS_PARALLELISM="false", TQDM_DISABLE="1")
        import torch

        self.name = Path(name).name or folder.name
        self.digest = model_folder.digest(folder)
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        each = max(1, min(4, cores // 4))
        torch.set_num_threads(each)
        self._torch = torch
        self._model: Any = self._load(folder)
        self._workers = 1 if self.device == "cuda" else max(1, min(8, cores // each))
        self._pool: ThreadPoolExecutor | None = None
        if precision is Precision.AUTO and self.device == "cpu" and _multiplies_bfloat16(torch):
            self._halve(folder)
        self.dimension = int(self.embed(["length"]).shape[1])

    def _load(self, folder: Path) -> Any:
        from sentence_transformers import SentenceTransformer

        return SentenceTransformer(
            str(folder),
            device=self.device,
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"use_safetensors": True},
        ).eval()

    def _halve(self, folder: Path) -> None:
        """Goes on in bfloat16 if a sample of texts means the same in it; else as before."""
        exact = self._batch(list(SAMPLE))
        try:
            self._model.to(self._torch.bfloat16)
            alike = float((exact * self._batch(list(SAMPLE))).sum(axis=1).min())
        except (RuntimeError, TypeError):  # a module that cannot
            alike = 0.0
        if alike >= ALIKE:
            self.digest = hashlib.sha256(f"bfloat16 {self.digest}".encode()).hexdigest()
        else:
            self._model = self._load(folder)

    _reading = threading.Lock()  # a tokenizer is not safe to share between threads
    _making = threading.Lock()

    def embed(self, texts: Sequence[str], *, asked: bool = False) -> np.ndarray:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        prompt = self._prompt(asked)
        if len(texts) <= INLINE:
            return self._batch([prompt + text for text in texts])
        places = self._places([prompt + text for text in texts])
        batches = self._bulk().map(lambda place: self._batch([prompt + texts[i] for i in place]), places)
        vectors: np.ndarray | None = None
        for place, batch in zip(places, batches, strict=True):
            if vectors is None:
                vectors = np.empty((len(texts), batch.shape[1]), dtype=np.float32)
            vectors[place] = batch
        assert vectors is not None  # noqa: S101 - there was a text
        return vectors

    def _places(self, texts: Sequence[str]) -> list[list[int]]:
        """The texts of each batch. The long ones first: no worker is left with one at the end."""
        most = TOKENS_ON_GPU if self.device == "cuda" else TOKENS
        lengths = np.concatenate([self._lengths(texts[start : start + READ]) for start in range(0, len(texts), READ)])
        places: list[list[int]] = []
        longest = 0
        for i in np.argsort(-lengths, kind="stable").tolist():
            if not places or (len(places[-1]) + 1) * longest > most:
                places.append([])
                longest = int(lengths[i])
            places[-1].append(i)
        return places

    def _lengths(self, texts: Sequence[str]) -> np.ndarray:
        """Tokens of each text as the model reads it; letters for one that has no tokens of its own."""
        with self._reading:
            mask = self._model.preprocess(list(texts)).get("attention_mask")
        if mask is None or mask.shape[:1] != (len(texts),):
            return np.array([len(text) for text in texts])
        counted: np.ndarray = mask.reshape(len(texts), -1).sum(dim=1).numpy()
        return counted

    def _batch(self, texts: list[str]) -> np.ndarray:
        with self._reading:
            features = self._model.preprocess(texts)
        with self._torch.inference_mode():
            moved = {key: value.to(self.device) if hasattr(value, "to") else value for key, value in features.items()}
            found = self._model(moved)["sentence_embedding"].float().cpu().numpy()
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        vectors: np.ndarray = (found / np.maximum(lengths, 1e-12)).astype(np.float32)
        return vectors

    def _prompt(self, asked: bool) -> str:
        """What the model wants to see before a question or a document; most want nothing."""
        prompts: dict[str, str] = self._model.prompts or {}
        names = ("query",) if asked else ("document", "passage")
        return next((prompts[name] for name in names if prompts.get(name)), "")

    def _bulk(self) -> ThreadPoolExecutor:
        with self._making:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(self._workers, "embedding", initializer=_give_way)
            return self._pool


def _multiplies_bfloat16(torch: Any) -> bool:
    """Whether this processor has units for it (Intel AMX); others were not measured."""
    found: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    return bool(found.get("amx_bf16"))


def _give_way() -> None:
    """Lowers this thread's priority, where the system knows priorities of threads (Linux)."""
    with suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
