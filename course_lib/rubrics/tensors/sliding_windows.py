"""What an answer to `sliding_windows` must do, and the mistakes we know."""

import numpy as np
import torch

from course_lib import tensors
from course_lib.checking import Refused, cases, rubric


@rubric(
    answer=tensors.sliding_windows,
    title="Sliding windows that copy nothing",
    points=4,
    difficulty=3,
    minutes=20,
    forbids=["torch.Tensor.unfold"],
)
def sliding_windows(rng, size):
    """Recordings of two channels; the signal is every other sample, from sample 1 on."""
    width, step = 2 + size % 3, {1: 1, 2: 3, 3: 3}.get(size, 2)
    time = width + step * min(size, 4) + step - 1
    return torch.from_numpy(rng.integers(-50, 50, size=(2, 2 * time + 1))), width, step


@sliding_windows.edge(points=1)
def one_window():
    """A window as wide as the signal fits exactly once, however large the step."""
    return torch.arange(10).reshape(1, 10), 5, 7


@sliding_windows.edge(points=1)
def too_wide():
    """A window wider than the signal is refused with ValueError."""
    return torch.arange(10).reshape(1, 10), 6, 1


@sliding_windows.edge(points=1)
def a_step_of_zero():
    """Windows that never move on are refused with ValueError."""
    return torch.arange(10).reshape(1, 10), 2, 0


@sliding_windows.edge(points=1)
def a_width_of_zero():
    """Windows that hold nothing are refused with ValueError."""
    return torch.arange(10).reshape(1, 10), 0, 1


@sliding_windows.edge(points=1)
def a_step_back():
    """Windows that move backward are refused with ValueError: a step below 0 is below 1."""
    return torch.arange(10).reshape(1, 10), 2, -1


@sliding_windows.edge(points=1)
def a_width_below_zero():
    """Windows of a width below 0 are refused with ValueError."""
    return torch.arange(10).reshape(1, 10), -2, 1


@sliding_windows.edge(points=1)
def one_signal():
    """A single signal, without a batch axis."""
    return torch.arange(14), 3, 2


@sliding_windows.domain
def any_signal(rng):
    """Signals of any dtype with up to three axes before time, taken from a recording; any width and step."""
    outer = cases.shape(rng, cases.whole(rng, 0, 3), least=cases.one_of(rng, 0, 1, 1), most=3)
    time, first, every = (
        cases.one_of(rng, 0, *(cases.whole(rng, 1, 14) for _ in range(9))),
        cases.whole(rng, 0, 4),
        cases.whole(rng, 1, 4),
    )
    dtype = cases.one_of(rng, "int64", "int32", "uint8", "float32", "float64", "bool", "complex64")
    shape = (*outer, first + every * time)
    recording = cases.integers(rng, shape, 0, 1 if dtype == "bool" else 99, [dtype])
    taken = len(range(first, shape[-1], every))
    width = cases.one_of(
        rng, 1, taken, taken + 1, 1 - cases.whole(rng, 1, 3), *(cases.whole(rng, 1, max(1, taken)) for _ in range(9))
    )
    step = cases.one_of(rng, *(cases.whole(rng, 1, 9) for _ in range(12)), -cases.whole(rng, 0, 3))
    call = recording, width, step, first, every, bool(rng.integers(2))
    return call if 1 <= width <= taken and step >= 1 else Refused(call)


@sliding_windows.oracle
def by_numpy(signal, width, step=1):
    """Has NumPy lay the windows and takes every `step`-th; PyTorch then reads them where they are."""
    if not 1 <= width <= signal.shape[-1] or step < 1:
        raise ValueError(width, step)
    windows = np.lib.stride_tricks.sliding_window_view(signal.numpy(), width, axis=-1)[..., ::step, :]
    cells = tuple(stride // windows.itemsize for stride in windows.strides)
    return signal.as_strided(windows.shape, cells, signal.storage_offset())


@sliding_windows.drive
def windows_of_a_recording(answer, recording, width, step, first=1, every=2, turned=False):
    """Take samples of a recording, and say what the windows hold and where; turned, it lies in memory time first."""
    if turned and recording.dim() > 1:
        recording = recording.transpose(0, -1).contiguous().transpose(0, -1)
    windows = answer(recording[..., first::every], width, step)
    if not isinstance(windows, torch.Tensor):  # has no layout to ask for: let its type be told
        return {"windows": windows, "strides": "", "offset": 0, "bytes of the storage": 0}
    used = [s if n > 1 and windows.numel() else "any" for n, s in zip(windows.shape, windows.stride(), strict=True)]
    return {
        "windows": windows,
        "strides": str(tuple(used)),  # as text: a wrong shape is then told first
        "offset": windows.storage_offset(),
        "bytes of the storage": windows.untyped_storage().nbytes(),
    }


@sliding_windows.mistake
def copies(signal, width, step=1, *, right):
    """The numbers are right, but they were copied. Describe the windows by strides into the signal's own storage."""
    return right.contiguous()


@sliding_windows.mistake
def clones(signal, width, step=1, *, right):
    """The strides were right, but `clone` copied the windows in the end. Return the view itself."""
    return right.clone()


@sliding_windows.mistake
def stacks_slices(signal, width, step=1):
    """The windows were stacked, which copies them. Describe them by strides into the signal's own storage."""
    starts = range(0, signal.shape[-1] - width + 1, step)
    return torch.stack([signal[..., start : start + width] for start in starts], dim=-2)


@sliding_windows.mistake
def copies_the_signal(signal, width, step=1):
    """The signal was copied first (`contiguous`, `clone`, `reshape`). Use its own strides and offset."""
    return tensors.sliding_windows(signal.contiguous(), width, step)


@sliding_windows.mistake
def goes_through_numpy(signal, width, step=1):
    """The windows were laid by NumPy, which sees no GPU and no storage of PyTorch. Use the signal's `as_strided`."""
    if not 1 <= width <= signal.shape[-1] or step < 1:
        raise ValueError(width, step)
    windows = np.lib.stride_tricks.sliding_window_view(signal.numpy(), width, axis=-1, writeable=True)
    return torch.from_numpy(windows[..., ::step, :])


@sliding_windows.mistake
def assumes_neighbors(signal, width, step=1, *, right):
    """The next sample was taken for the next cell. Ask the signal for its last stride; it may be a slice itself."""
    return right.as_strided(right.shape, (*signal.stride()[:-1], step, 1), signal.storage_offset())


@sliding_windows.mistake
def assumes_packed_channels(signal, width, step=1, *, right):
    """The channels were taken to lie end to end, but there may be gaps between them. Keep the outer strides."""
    outer, cells = [], signal.shape[-1] * signal.stride(-1)
    for length in reversed(signal.shape[:-1]):
        outer.insert(0, cells)
        cells *= length
    return right.as_strided(right.shape, (*outer, *right.stride()[-2:]), signal.storage_offset())


@sliding_windows.mistake
def asks_a_copy_for_outer_strides(signal, width, step=1, *, right):
    """The outer strides are those of a contiguous copy. Ask the signal itself, as it lies in memory."""
    outer = tensors.contiguous_strides(tuple(signal.shape))[:-1]
    return right.as_strided(right.shape, (*outer, *right.stride()[-2:]), signal.storage_offset())


@sliding_windows.mistake
def swaps_the_strides(signal, width, step=1, *, right):
    """The step went to the samples inside a window. It leads from one window to the next: swap the last two strides."""
    *outer, window, sample = right.stride()
    return right.as_strided(right.shape, (*outer, sample, window), signal.storage_offset())


@sliding_windows.mistake
def starts_at_cell_zero(signal, width, step=1, *, right):
    """The windows start at the beginning of the storage. The signal may start later: use its `storage_offset()`."""
    return right.as_strided(right.shape, right.stride(), 0)


@sliding_windows.mistake
def one_window_short(signal, width, step=1, *, right):
    """The last window is missing. The first window needs no step, so there is one more than steps fit in."""
    return right[..., :-1, :]


@sliding_windows.mistake
def ignores_the_step(signal, width, step=1):
    """The windows start at every sample. They should start `step` samples apart."""
    return tensors.sliding_windows(signal, width, 1)


@sliding_windows.mistake
def swaps_window_and_width(signal, width, step=1, *, right):
    """The last two axes are swapped: first which window, then the place in it."""
    return right.transpose(-1, -2)


@sliding_windows.mistake
def reads_past_the_end(signal, width, step=1, *, right):
    """The last window sticks out of the signal. Round the number of steps down, so that it is left out."""
    windows = -((width - signal.shape[-1]) // step) + 1
    shape = (*signal.shape[:-1], windows, width)
    return signal.as_strided(shape, right.stride(), signal.storage_offset())


def _unguarded(signal, width, step):
    *outer, inner = signal.stride()
    shape = (*signal.shape[:-1], (signal.shape[-1] - width) // step + 1, width)
    return signal.as_strided(shape, (*outer, step * inner, inner), signal.storage_offset())


@sliding_windows.mistake
def refuses_nothing(signal, width, step=1):
    """Nothing was refused. Raise ValueError if no window fits, and for a width or a step below 1."""
    return _unguarded(signal, width, step)


@sliding_windows.mistake
def refuses_wide_windows_only(signal, width, step=1):
    """Only windows that are too wide were refused. A width or a step below 1 gives no windows either: ValueError."""
    if width > signal.shape[-1]:
        raise ValueError(width)
    return _unguarded(signal, width, step)


@sliding_windows.mistake
def refuses_zero_only(signal, width, step=1):
    """A width and a step of 0 were refused, those below 0 were not. ValueError for everything below 1."""
    if width > signal.shape[-1] or 0 in (width, step):
        raise ValueError(width, step)
    return _unguarded(signal, width, step)


@sliding_windows.mistake
def refuses_gaps(signal, width, step=1, *, right):
    """A step larger than the width was refused. It leaves samples out between the windows, and that is all right."""
    if step > width:
        raise ValueError(width, step)
    return right


@sliding_windows.mistake
def refuses_one_window(signal, width, step=1, *, right):
    """A window as wide as the signal was refused, but it fits exactly once."""
    if width >= signal.shape[-1]:
        raise ValueError(width)
    return right


@sliding_windows.alternative
def by_first_windows(signal, width, step=1):
    """Narrows the signal to where windows start, then adds an axis that walks through each."""
    time = signal.size(-1)
    if not 0 < width <= time or step < 1:
        raise ValueError(f"{width} {step} {tuple(signal.shape)}")
    starts = signal[..., : time - width + 1 : step]
    return torch.as_strided(starts, (*starts.shape, width), (*starts.stride(), signal.stride(-1)))
