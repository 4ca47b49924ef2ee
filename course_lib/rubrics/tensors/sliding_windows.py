"""What an answer to `sliding_windows` must do, and the mistakes we know."""

import torch

from course_lib import tensors
from course_lib.checking import rubric


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


@sliding_windows.drive
def every_other_sample(answer, recording, width, step):
    """Take every other sample of a recording, and say what the windows hold and where."""
    windows = answer(recording[..., 1::2], width, step)
    if not isinstance(windows, torch.Tensor):  # has no layout to ask for: let its type be told
        return {"windows": windows, "strides": "", "offset": 0, "bytes of the storage": 0}
    return {
        "windows": windows,
        "strides": str(tuple(windows.stride())),  # as text: a wrong shape is then told first
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
