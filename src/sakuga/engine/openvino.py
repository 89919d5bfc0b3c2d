"""OpenVINO: CPUs, and Intel's GPUs and NPUs where present; runs ONNX files without PyTorch."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
from numpy.typing import NDArray

from sakuga.engine import graph, halves, memory, pooling
from sakuga.engine.backend import Depth, Precision, Program, State
from sakuga.errors import DeviceError, ModelError, OutOfMemory
from sakuga.media.frames import Pixels
from sakuga.models import runtime
from sakuga.models.load import Model

HINTS: dict[Precision, str] = {"fp32": "f32", "bf16": "bf16", "fp16": "f16"}
CAPABILITIES: dict[Precision, str] = {"bf16": "BF16", "fp16": "FP16"}
SLICE = 100
"""Milliseconds between two looks at whether the user has pressed Ctrl-C."""
PROBE = 128
"""Side of the tile whose graph is measured to predict the memory of larger ones."""
SHARE = 0.5
"""Part of the free memory that one tile may take; the rest is for frames, encoder and other programs."""


class OpenVINOProgram:
    """See Program; one of a single size keeps its states in memory that it writes directly."""

    def __init__(self, compiled: Any, size: tuple[int, int] | None) -> None:  # noqa: ANN401 - no public type
        """size: (h, w) of a recurrent network's only tile; None without state or for any size."""
        self._request: Any = compiled.create_infer_request()
        self._recurrent = len(compiled.outputs) == 2
        self._channels = graph.state_channels(compiled) if self._recurrent else 0
        self._size = size
        self._buffers: dict[str, Any] = {}
        self._turn = False

    def __call__(self, frames: Sequence[Pixels], state: State | None) -> tuple[Pixels, State | None]:
        inputs = [np.ascontiguousarray(frame)[None] for frame in frames]
        if not self._recurrent:
            return self._run(inputs if state is None else [*inputs, state])[0], state
        if state is None:
            zero = np.zeros((1, self._channels, *frames[0].shape[:2]), np.float32)
            self._write_to("discarded")
            return self._run([*inputs, zero])[0], None
        # Two buffers in turn: the state that a step reads must not be the memory that it writes.
        self._turn = not self._turn
        kept = self._write_to("odd" if self._turn else "even")
        pixels, after = self._run([*inputs, np.ascontiguousarray(state)])
        return pixels, after.copy() if kept is None else kept.data

    def values(self, inputs: list[NDArray[Any]]) -> NDArray[Any]:
        """The only result, where it lies until the next call."""
        self._finish(inputs)
        return self._request.get_output_tensor(0).data

    def _write_to(self, name: str) -> Any:  # noqa: ANN401
        """Let the next new state go into the buffer of this name; None where sizes vary."""
        if self._size is None:
            return None
        if name not in self._buffers:
            self._buffers[name] = ov.Tensor(ov.Type.f32, [1, self._channels, *self._size])
        self._request.set_tensor(self._request.model_outputs[1], self._buffers[name])
        return self._buffers[name]

    def _run(self, inputs: list[NDArray[Any]]) -> tuple[Pixels, NDArray[Any]]:
        """The pixels, and the state where it lies: to be copied if it has no buffer of its own."""
        self._finish(inputs)
        pixels, *state = (self._request.get_output_tensor(i).data for i in range(1 + self._recurrent))
        return pixels[0].copy(), state[0] if state else pixels

    def _finish(self, inputs: list[NDArray[Any]]) -> None:
        try:
            self._request.start_async(inputs, share_inputs=True)
            self._wait()
        except (RuntimeError, MemoryError) as error:
            raise _explained(error) from error

    def _wait(self) -> None:
        """Until the step is done; in slices, so that Ctrl-C is heard in the middle of a long one."""
        try:
            while not self._request.wait_for(SLICE):
                pass
        except KeyboardInterrupt:
            self._request.cancel()
            raise


Change = Callable[[Any], Any]
"""Of a graph."""


def _as_it_is(model: Any) -> Any:  # noqa: ANN401
    return model


class Chained:
    """A network in two graphs, of which the first keeps more digits."""

    def __init__(self, first: OpenVINOProgram, second: OpenVINOProgram) -> None:
        self._first, self._second = first, second

    def __call__(self, frames: Sequence[Pixels], state: State | None) -> tuple[Pixels, State | None]:
        given = [] if state is None else [state]
        between = self._first.values([*(np.ascontiguousarray(frame)[None] for frame in frames), *given])
        return self._second.values([between, *given])[0].copy(), state


class PooledProgram:
    """Two graphs of one network: with the tile's own statistics, and with given ones."""

    def __init__(self, compiled: Callable[[Change], Program]) -> None:
        self._compiled = compiled
        self._programs: dict[bool, Program] = {}

    def __call__(self, frames: Sequence[Pixels], state: State | None) -> tuple[Pixels, State | None]:
        given = state is not None
        if given not in self._programs:
            self._programs[given] = self._compiled(pooling.frozen if given else _as_it_is)
        return self._programs[given](frames, state)


class OpenVINOBackend:
    """`model` on `device`, one of OpenVINO's names (CPU, GPU, GPU.1, NPU)."""

    name = "OpenVINO"

    def __init__(self, model: Model, device: str = "CPU", workers: int = 1) -> None:
        """workers: processes like this one that share the cores of a CPU."""
        self._workers = workers
        self._core = runtime.core()
        if not any(found.split(".")[0] == device.split(".")[0] for found in self._core.available_devices):
            found = ", ".join(self._core.available_devices)
            raise DeviceError(
                f"--device {device.lower()}: OpenVINO finds no such device here, only: {found}."
            )
        self._model = model
        self._target = device
        self.device = f"{device} ({self._core.get_property(device, 'FULL_DEVICE_NAME').strip()})"
        self.precisions = self._able()
        self.fixed = self._only_size()

    def _able(self) -> tuple[Precision, ...]:
        found = self._core.get_property(self._target, "OPTIMIZATION_CAPABILITIES")
        return (*(p for p in self._model.spec.half if CAPABILITIES[p] in found), "fp32")

    def _only_size(self) -> tuple[int, int] | None:
        if self._model.onnx is None:
            return None
        height, width = list(self._graph.input(0).get_partial_shape())[2:]
        return (height.get_length(), width.get_length()) if height.is_static and width.is_static else None

    def compile(self, height: int, width: int, depth: Depth, precision: Precision) -> Program:
        def compiled(change: Change = _as_it_is) -> Program:
            return self._compiled(change, height, width, depth, precision)

        return PooledProgram(compiled) if self._model.spec.pooled else compiled()

    def _compiled(
        self, change: Change, height: int, width: int, depth: Depth, precision: Precision
    ) -> Program:
        careful = 0 if precision == "fp32" else self._model.spec.careful
        options = {"INFERENCE_PRECISION_HINT": HINTS[precision], "PERFORMANCE_HINT": "LATENCY"}
        if self._workers > 1 and self._target == "CPU":
            options["INFERENCE_NUM_THREADS"] = str(max(1, (os.cpu_count() or 1) // self._workers))
        try:
            pixels = graph.with_pixels(
                self._sized(height, width), self._model.spec.window, height, width, depth
            )
            if careful:
                exact = options | {"INFERENCE_PRECISION_HINT": HINTS["fp32"]}
                parts = zip(halves.halved(change(pixels), careful), (exact, options), strict=True)
                ready = (self._core.compile_model(part, self._target, each) for part, each in parts)
                return Chained(*(OpenVINOProgram(each, None) for each in ready))
            compiled: Any = self._core.compile_model(change(pixels), self._target, options)
        except (RuntimeError, MemoryError) as error:
            raise _explained(error) from error
        only = self._model.spec.recurrent and height > 0
        return OpenVINOProgram(compiled, (height, width) if only else None)

    def state(self, height: int, width: int) -> State:
        return np.zeros((1, graph.state_channels(self._graph), height, width), np.float32)

    def statistics(self, frame: Pixels) -> State:
        """In strips by PyTorch where it is there; a graph without it does it at once, where it fits."""
        if self._model.module is not None:
            from sakuga.engine import strips

            return strips.statistics(self._model.module, frame, "cpu").numpy()
        height, width = frame.shape[:2]
        if height * width > self.room():
            raise OutOfMemory(
                f"A frame of {width} x {height} does not fit into memory; with the model as .safetensors or "
                ".pth it needs far less, or give a smaller one."
            )
        depth: Depth = "uint8" if frame.dtype == np.uint8 else "uint16"
        return self._compiled(pooling.measured, height, width, depth, "fp32")([frame], None)[0]

    def strips(self, frame: Pixels) -> Iterator[Pixels] | None:
        if self._model.module is None:
            return None
        from sakuga.engine import strips

        return strips.Strips(self._model.module, frame, "cpu").bands()

    def room(self) -> int:
        return int(SHARE * memory.available() / self._bytes_per_pixel)

    @cached_property
    def _bytes_per_pixel(self) -> float:
        height, width = self.fixed or (PROBE, PROBE)
        sized = graph.with_pixels(self._sized(height, width), self._model.spec.window, height, width, "uint8")
        return graph.live_bytes(sized) / (height * width)

    @cached_property
    def _graph(self) -> Any:  # noqa: ANN401
        """The float network, its sides dynamic where the network allows it."""
        if self._model.onnx is not None:
            return _read(self._core, self._model.onnx)
        return self._trace(PROBE, PROBE)

    def _sized(self, height: int, width: int) -> Any:  # noqa: ANN401
        """Some attention networks build masks for one size while they are traced: each size is a trace."""
        spec = self._model.spec
        return self._graph if spec.any_size or self._model.onnx is not None else self._trace(height, width)

    def _trace(self, height: int, width: int) -> Any:  # noqa: ANN401
        module: Any = self._model.module
        if not self._model.spec.recurrent:
            return graph.traced(module, [(1, 3, height, width)])
        cell = module.recurrent_cell
        return graph.traced(cell, [(1, 9, height, width), (1, cell.state_channels, height, width)])


def _read(core: Any, path: Path) -> Any:  # noqa: ANN401
    try:
        return graph.aligned(core.read_model(path))
    except RuntimeError as error:
        raise ModelError(f"{path} could not be read as an ONNX model; is the file whole?") from error


def _explained(error: Exception) -> DeviceError:
    text = str(error)
    lack = isinstance(error, MemoryError) or any(
        word in text.lower()
        for word in ("bad_alloc", "out of memory", "failed to allocate", "cannot allocate")
    )
    if lack:
        return OutOfMemory("The device ran out of memory; a smaller --tile needs less.")
    return DeviceError(f"OpenVINO could not run the network: {text.strip().splitlines()[-1]}")
