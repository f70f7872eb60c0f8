"""The model as sentence-transformers runs it: what a conversion is made from and measured against.

The only file that imports sentence-transformers (5 s) and torch. It serves where a GPU does the work, and where no
conversion agrees with it.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from indexer.errors import ModelError

if TYPE_CHECKING:
    import torch

_OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}


@contextmanager
def quiet_and_offline() -> Iterator[None]:
    """While inside, what loads a model neither warns nor looks for it on a network."""
    before = {name: os.environ.get(name) for name in _OFFLINE}
    os.environ.update(_OFFLINE)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def gpu_may_be_here() -> bool:
    """False where asking torch, which takes seconds, is not worth it: no device file, or hidden on purpose."""
    hidden = os.environ.get("CUDA_VISIBLE_DEVICES") in {"", "-1"}
    return not hidden and any(Path(device).exists() for device in ("/dev/nvidiactl", "/dev/nvidia0", "/dev/dxg"))


def gpu_is_here() -> bool:
    import torch

    return torch.cuda.is_available()


class Reference:
    """A sentence-transformers model from a folder. Nothing is downloaded.

    ``length`` is the number of tokens that a text may have with its special tokens and prompt; ``tokenizer`` neither
    truncates nor pads; ``prompts`` are what is put before a query and before a passage.

    Raises:
        ModelError: sentence-transformers cannot load the folder, or the model states no length or has no tokenizer
            of the fast kind.
    """

    def __init__(self, folder: Path, device: Literal["cpu", "cuda"] = "cpu") -> None:
        with quiet_and_offline():
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging

            logging.set_verbosity_error()  # type: ignore[no-untyped-call]
            logging.disable_progress_bar()  # type: ignore[no-untyped-call]
            try:
                self._model = SentenceTransformer(str(folder), device=device, local_files_only=True)
            except (OSError, ValueError, KeyError, ImportError, AttributeError, RuntimeError) as error:
                raise ModelError(
                    f"sentence-transformers cannot load {folder}: {error}. Save the model again"
                ) from error
        self._model.eval()
        if device == "cuda":
            self._model.half()
        backend = getattr(self._model.tokenizer, "backend_tokenizer", None)
        if not isinstance(backend, Tokenizer):
            raise ModelError(f"{folder} has no fast tokenizer, which offsets need. Use a model with a tokenizer.json")
        self.tokenizer = Tokenizer.from_str(backend.to_str())
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        length = self._model.max_seq_length
        if length is None or length > 1_000_000:  # transformers writes "no limit" as a very large number
            raise ModelError(f"{folder} states no maximum length. Set max_seq_length in its sentence_bert_config.json")
        self.length = int(length)
        prompts: dict[str, str | None] = self._model.prompts
        passage = next((prompts[name] for name in ("document", "passage", "corpus") if name in prompts), None)
        self.prompts = (prompts.get("query") or "", passage or "")
        self.dim = len(self.queries(["dimension"])[0])  # asked of the whole chain: a dense layer may change it
        self.pad_id = int(self._model.tokenizer.pad_token_id or 0)

    def module(self) -> torch.nn.Module:
        """The whole chain (transformer, pooling, what follows) as one module of two inputs, for tracing."""
        import torch

        chain = self._model

        class Chain(torch.nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.chain = chain

            def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
                features = {"input_ids": input_ids, "attention_mask": attention_mask}
                embedding: torch.Tensor = self.chain(features)["sentence_embedding"]
                return embedding

        return Chain().eval()

    def queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """``(n, dim)``, of whatever length the model gives its rows; texts are cut to ``length``."""
        return self._rows(self._model.encode_query(list(texts), show_progress_bar=False))

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """``(n, dim)``, of whatever length the model gives its rows; texts are cut to ``length``."""
        return self._rows(self._model.encode_document(list(texts), show_progress_bar=False))

    def _rows(self, encoded: object) -> NDArray[np.float32]:
        rows = np.asarray(encoded, np.float32)
        return rows if len(rows) else np.empty((0, self.dim), np.float32)  # no texts come back as shape (0,)
