"""OpenVINO: converting a torch module and running the result. The only file that imports it.

OpenVINO's import loads its conversion tools, which load a package that reports usage to a server and sends a first
event there and then. Both imports are headed off here, so nothing is sent and no thread is started; serving also gets
60 ms faster. What is deliberately not here: tokens, batches, the cache's layout.
"""

from __future__ import annotations

import importlib
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from indexer.errors import ModelError

if TYPE_CHECKING:
    import torch

Precision = Literal["bf16", "f32"]


@contextmanager
def _absent(module: str) -> Iterator[None]:
    """While inside, importing ``module`` fails as if it were not installed, a case that OpenVINO provides for."""
    held = sys.modules.get(module)
    sys.modules[module] = None  # type: ignore[assignment]  # the import system's own mark for "not to be imported"
    try:
        yield
    finally:
        if held is None:
            del sys.modules[module]
        else:
            sys.modules[module] = held


def _openvino() -> ModuleType:
    if "openvino" in sys.modules:
        return sys.modules["openvino"]
    with _absent("openvino.tools.ovc"):
        return importlib.import_module("openvino")


class NotConvertible(Exception):
    """OpenVINO cannot express the module."""


# Two rows of unequal length, so that what happens to padding is traced too.
_EXAMPLE = {
    "input_ids": [[5] * 8, [5] * 8],
    "attention_mask": [[1] * 8, [1] * 5 + [0] * 3],
    "token_type_ids": [[0] * 4 + [1] * 4, [0] * 3 + [1] * 2 + [0] * 3],
}


def convert(
    module: torch.nn.Module,
    target: Path,
    inputs: Sequence[str] = ("input_ids", "attention_mask"),
    *,
    halves: bool = False,
) -> None:
    """Write ``target`` (.xml, and .bin beside it): a module of these ``inputs``, each (rows, length).

    Its weights are kept in float32, or with ``halves`` in float16, which takes half of the disk.

    Raises:
        NotConvertible: OpenVINO cannot express it.
        ModelError: the files cannot be written.
    """
    import torch

    openvino = _openvino()
    # Tools that someone else's import brought in are bound to the reporting package: load them again without it.
    for name in [name for name in sys.modules if name.startswith("openvino.tools.ovc")]:
        del sys.modules[name]
    example = {name: torch.tensor(_EXAMPLE[name]) for name in inputs}
    shapes = [(name, [-1, -1], openvino.Type.i64) for name in inputs]
    with _absent("openvino_telemetry"), warnings.catch_warnings():
        # Tracing warns of each Python condition that it freezes; the comparison with the reference decides instead.
        warnings.simplefilter("ignore")
        tools = importlib.import_module("openvino.tools.ovc")
        errors = importlib.import_module("openvino.tools.ovc.error")
        try:
            converted = tools.convert_model(module, example_input=example, input=shapes)
        except (RuntimeError, TypeError, ValueError, KeyError, AttributeError, errors.Error) as error:
            raise NotConvertible(f"{type(error).__name__}: {error}"[:500]) from error
    try:
        openvino.save_model(converted, str(target), compress_to_fp16=halves)
    except RuntimeError as error:
        raise ModelError(
            f"cannot write {target}: {error}. Make room, or name a directory that has it: PRESSMARK_CACHE=DIR"
        ) from error


def machine() -> tuple[str, list[Precision]]:
    """What the numbers computed here depend on (OpenVINO and processor), and the precisions to try, fastest first."""
    openvino = _openvino()
    core = openvino.Core()
    capabilities: list[str] = core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    description = f"{openvino.__version__} {core.get_property('CPU', 'FULL_DEVICE_NAME')} {' '.join(capabilities)}"
    return description, ["bf16", "f32"] if "BF16" in capabilities else ["f32"]


class Network:
    """A converted model, ready to run from any number of threads at once.

    Raises:
        RuntimeError: the files cannot be read as a model.
    """

    def __init__(self, xml: Path, precision: Precision, threads: int | None = None) -> None:
        openvino = _openvino()
        properties: dict[str, str | int] = {
            # One stream over all cores: best for a query, and no slower than several for batches of 2k tokens.
            "PERFORMANCE_HINT": "LATENCY",
            "NUM_STREAMS": 1,
            "INFERENCE_PRECISION_HINT": precision,
            "CACHE_DIR": str(xml.parent / "compiled"),  # 70 ms instead of 170 to be ready, from the second time on
        }
        if threads is not None:
            properties["INFERENCE_NUM_THREADS"] = threads
        self._compiled = openvino.Core().compile_model(str(xml), "CPU", properties)
        # A request serves one caller at a time. Idle ones wait here: append and pop are atomic, and a query never
        # waits behind the whole of a long run of passages, only behind one batch of it.
        self._idle = [self._compiled.create_infer_request()]
        self._takes = [port.any_name for port in self._compiled.inputs]

    def run(self, inputs: Mapping[str, NDArray[np.int64]]) -> NDArray[np.float32]:
        """One row an input row. ``inputs``, each (rows, length), are at least those that it was converted with."""
        try:
            request = self._idle.pop()
        except IndexError:
            request = self._compiled.create_infer_request()
        request.infer({name: inputs[name] for name in self._takes}, share_inputs=True)
        rows: NDArray[np.float32] = request.get_output_tensor(0).data.astype(np.float32)  # a copy
        self._idle.append(request)
        return rows
