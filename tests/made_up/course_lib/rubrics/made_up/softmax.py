"""What an answer to `softmax` must do."""

import torch

from course_lib import made_up
from course_lib.checking import rubric


@rubric(
    answer=made_up.softmax,
    title="Softmax",
    forbids=["torch.softmax", "torch.Tensor.softmax", "torch.nn.functional.softmax"],
)
def softmax(rng, size):
    """Scores in float32."""
    return (torch.from_numpy(rng.normal(size=(3, size))).float(),)
