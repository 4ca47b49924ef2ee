"""What an answer to `cosine_with_warmup` must do, and the mistakes we know."""

import math

import numpy as np
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR

from course_lib import optimizers
from course_lib.checking import call_each, rubric
from course_lib.checking.cases import number, one_of, whole


@rubric(
    answer=optimizers.cosine_with_warmup,
    title="Mend a schedule: warm up, then follow a cosine down",
    points=3,
    difficulty=1,
    minutes=12,
)
def cosine_with_warmup(rng, size):
    """Whole schedules with a warm-up and a floor, step by step."""
    warmup, total = 1 + size, 5 + 3 * size
    peak = round(float(rng.uniform(0.5, 2)), 2)
    return list(range(total + 1)), total, peak, warmup, round(peak / 4, 3) if size > 3 else 0.125


@cosine_with_warmup.drive
def schedule(answer, steps, total_steps, peak, warmup_steps, floor):
    """Ask for the rate of each step of a list."""
    return call_each(answer, [(step, total_steps, peak, warmup_steps, floor) for step in steps])


@cosine_with_warmup.written
def schedule_line(steps, total_steps, peak, warmup_steps, floor):
    """As a line that one could run."""
    settings = f"{total_steps=}, {peak=}, {warmup_steps=}, {floor=}"
    over = f"range({len(steps)})" if steps == list(range(len(steps))) else tuple(steps)
    return f"[cosine_with_warmup(step, {settings}) for step in {over}]"


@cosine_with_warmup.edge(points=1)
def no_warmup():
    """Without warm-up steps the cosine starts at once."""
    return [0, 1, 2, 3], 3, 2.0, 0, 0.0


@cosine_with_warmup.edge(points=1)
def after_the_end():
    """Training that goes on after the last step of the schedule stays at the floor."""
    return [8, 9, 12], 8, 2.0, 2, 0.5


@cosine_with_warmup.domain
def any_schedule(rng):
    """Any steps, in any order, also after the end, of 1 to 2,000 in all; 0 ≤ W < T, any floor up to the peak."""
    total = whole(rng, 1, 12) if rng.random() < 0.7 else whole(rng, 13, 2000)
    warmup = min(total - 1, one_of(rng, 0, 1, total - 1, whole(rng, 0, total - 1)))
    peak = number(rng, 0.001, 3.0)
    around = [0, warmup - 1, warmup, total - 1, total, total + 1, int(rng.integers(2 * total + 1))]
    steps = [step for step in rng.permutation(around).tolist() if step >= 0]
    return steps, total, peak, warmup, round(peak * one_of(rng, 0, 0, 0.1, 1, rng.random()), 4)


@cosine_with_warmup.oracle
def by_torch(step, total_steps, peak, warmup_steps, floor):
    """Let torch's scheduler walk down the cosine, in its closed form."""
    if step < warmup_steps:
        return float(np.linspace(0, peak, warmup_steps + 1)[step + 1])
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=peak)
    falling = CosineAnnealingLR(optimizer, total_steps - warmup_steps, eta_min=floor)
    falling.last_epoch = min(step, total_steps) - warmup_steps
    return falling._get_closed_form_lr()[0]


@cosine_with_warmup.program
def in_three_stages(
    step,
    total_steps,
    peak,
    warmup_steps,
    floor,
    *,
    ahead=1,
    longer=0,
    parts=0,
    from_floor=False,
    begun=1,
    left=1,
    early=0,
    short=0,
    hold=True,
    keep=True,
    cut=False,
    pile=0,
    half=0.5,
    turn=math.pi,
):
    """The warm-up, then the progress of the cosine, then its height."""
    lowest = floor if keep else 0.0
    if step < warmup_steps + longer:
        base = floor if from_floor else 0.0
        return base + (peak - base) * (step + ahead) / (warmup_steps + parts or 1)
    done = (step + early - begun * warmup_steps) / (total_steps - left * warmup_steps - short)
    height = half * (1 + math.cos(turn * (min(done, 1) if hold else done)))
    return max(lowest + (peak + pile * floor - lowest) * height, floor if cut else -math.inf)


cosine_with_warmup.slip(
    "wastes_the_first_step",
    "The warm-up starts at a rate of 0, as in Hugging Face's Transformers. Here the first step must already learn.",
    ahead=0,
)
cosine_with_warmup.slip(
    "warms_up_from_the_floor",
    "The floor is where the cosine ends; the warm-up goes up in equal parts of the peak and knows no floor.",
    from_floor=True,
)


@cosine_with_warmup.mistake
def lifts_the_warmup_to_the_floor(step, total_steps, peak, warmup_steps, floor, *, right):
    """The first steps were lifted to the floor. It holds for the cosine only; the warm-up may begin below it."""
    return max(floor, right)


cosine_with_warmup.slip(
    "warms_up_one_step_too_long",
    "The warm-up is one step too long and ends above the peak: step number `warmup_steps` belongs to the cosine.",
    longer=1,
)
cosine_with_warmup.slip(
    "warms_up_too_slowly",
    "The warm-up ends below the peak: its last step, number `warmup_steps - 1`, takes the whole of it.",
    parts=1,
)


@cosine_with_warmup.mistake
def divides_by_no_warmup(step, total_steps, peak, warmup_steps, floor, *, right):
    """This divides by `warmup_steps` even where there are none. Ask first whether the step belongs to the warm-up."""
    warm = peak * (step + 1) / warmup_steps
    return warm if step < warmup_steps else right


cosine_with_warmup.slip(
    "counts_the_warmup_as_progress",
    "The rate jumps where the warm-up ends: the cosine's progress must be 0 there, and 1 at step `total_steps`.",
    begun=0,
    left=0,
)
cosine_with_warmup.slip(
    "stretches_the_cosine",
    "The cosine comes too late: it has only the steps after the warm-up, `total_steps - warmup_steps` of them.",
    left=0,
)
cosine_with_warmup.slip(
    "starts_inside_the_cosine",
    "The cosine is one step ahead: the + 1 belongs to the warm-up only; step `warmup_steps` is still at the peak.",
    early=1,
)
cosine_with_warmup.slip(
    "ends_one_step_early",
    "The floor comes one step too early: the cosine takes `total_steps - warmup_steps` steps, not one less.",
    short=1,
)
cosine_with_warmup.slip(
    "falls_to_zero",
    "The cosine falls to 0. It should end at the floor: what shrinks is the part above it, `peak - floor`.",
    keep=False,
)
cosine_with_warmup.slip(
    "cuts_off_at_the_floor",
    "The cosine falls toward 0 and is cut off at the floor. It should be flatter: only `peak - floor` shrinks.",
    keep=False,
    cut=True,
)
cosine_with_warmup.slip(
    "forgets_the_half", "The cosine starts at twice the height: 1 + cos runs from 2 to 0, so it must be halved.", half=1
)
cosine_with_warmup.slip("takes_degrees", "`math.cos` takes radians: half a circle is π, not 180.", turn=180)
cosine_with_warmup.slip(
    "goes_round_the_whole_circle",
    "The rate comes back to its peak: half a cosine, from 0 to π, falls; a whole one, to 2π, returns.",
    turn=2 * math.pi,
)
cosine_with_warmup.slip(
    "piles_the_peak_on_the_floor",
    "The cosine starts above the peak: it falls by `peak - floor`, not by the whole peak on top of the floor.",
    pile=1,
)
cosine_with_warmup.slip(
    "rises_again_after_the_end",
    "After the last step the cosine turns and the rate rises again. Hold the progress at 1 from there on.",
    hold=False,
)


@cosine_with_warmup.alternative
def by_the_square_of_a_cosine(step, total_steps, peak, warmup_steps, floor):
    """(1 + cos x) / 2 is the square of cos(x / 2)."""
    if warmup_steps > step:
        return np.float64(peak / warmup_steps) * (1 + step)
    done = np.clip((step - warmup_steps) / (total_steps - warmup_steps), 0, 1)
    return floor + (peak - floor) * np.cos(np.pi / 2 * done) ** 2
