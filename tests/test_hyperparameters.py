import itertools
import math
import statistics

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from torch import nn
from torch.utils.data import DataLoader

from course_lib import hyperparameters
from course_lib.hyperparameters import Settings

quarters = st.integers(-40, 40).map(lambda n: n / 4)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def made_up(examples=23, features=5, classes=3, seed=0):
    pixels = torch.randn(examples, features, generator=seeded(seed))
    return pixels, torch.arange(examples) % classes


# Training


def test_first_parameters_have_the_deviation_that_was_asked_for():
    weight, bias, last_weight, last_bias = hyperparameters.first_parameters(
        50, 400, Settings(hidden=300, init_scale=0.5), seeded()
    )
    assert weight.std().item() == pytest.approx(0.5 * math.sqrt(2 / 50), rel=0.02)
    assert last_weight.std().item() == pytest.approx(0.5 * math.sqrt(2 / 300), rel=0.02)
    assert not bias.any()
    assert not last_bias.any()


def test_scores_are_those_of_torch():
    parameters = hyperparameters.first_parameters(5, 3, Settings(hidden=4), seeded())
    network = nn.Sequential(nn.Linear(5, 4), nn.ReLU(), nn.Linear(4, 3))
    with torch.no_grad():
        for theirs, ours in zip(network.parameters(), parameters, strict=True):
            theirs.copy_(ours.T if ours.dim() == 2 else ours)
    pixels, _ = made_up()
    torch.testing.assert_close(hyperparameters.scores(parameters, pixels), network(pixels))


@pytest.mark.parametrize("loss", ["cross-entropy", "squared error", "absolute error"])
def test_one_epoch_of_whole_batches_is_one_step_of_torch(loss):
    pixels, labels = made_up()
    settings = Settings(learning_rate=0.7, loss=loss, weight_decay=0.1, batch_size=23, epochs=1, hidden=4)
    [ours] = hyperparameters.fit(pixels, labels, settings, seeded())
    theirs = hyperparameters.first_parameters(5, 3, settings, seeded())
    optimizer = torch.optim.SGD([one.requires_grad_() for one in theirs], lr=0.7, weight_decay=0.1)
    logits, one_hot = hyperparameters.scores(theirs, pixels), nn.functional.one_hot(labels, 3).float()
    {
        "cross-entropy": lambda: nn.functional.cross_entropy(logits, labels),
        "squared error": lambda: nn.functional.mse_loss(logits, one_hot),
        "absolute error": lambda: nn.functional.l1_loss(logits, one_hot),
    }[loss]().backward()
    optimizer.step()
    torch.testing.assert_close(ours, [one.detach() for one in theirs])


def test_training_takes_every_example_once_an_epoch(monkeypatch):
    seen = []

    def watched(logits, labels):
        seen.append(len(labels))
        return nn.functional.cross_entropy(logits, labels)

    monkeypatch.setitem(hyperparameters.LOSSES, "cross-entropy", watched)
    assert len(list(hyperparameters.fit(*made_up(), Settings(batch_size=10, epochs=2), seeded()))) == 2
    assert seen == [10, 10, 3, 10, 10, 3]


def test_training_repeats_with_the_same_seed_only():
    def last(seed):
        *_, parameters = hyperparameters.fit(*made_up(), Settings(epochs=2), seeded(seed))
        return parameters[0]

    assert torch.equal(last(1), last(1))
    assert not torch.equal(last(1), last(2))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"loss": "hinge"}, "the loss is one of cross-entropy, squared error, absolute error, not 'hinge'"),
        ({"batch_size": 0}, "batch_size is at least 1, not 0"),
        ({"epochs": -1}, "epochs is at least 1, not -1"),
        ({"learning_rate": -0.1}, "learning_rate must not be negative, got -0.1"),
        ({"init_scale": math.nan}, "init_scale must not be negative, got nan"),
    ],
)
def test_settings_that_no_training_can_use_are_refused(wrong, words):
    with pytest.raises(ValueError, match=words):
        Settings(**wrong)


# Searching


def test_a_grid_has_all_combinations_in_equal_steps_of_the_logarithm():
    trials = hyperparameters.grid_trials({"rate": (1e-4, 1.0), "decay": (1.0, 100.0)}, each=2)
    np.testing.assert_allclose([t["rate"] for t in trials], [1e-3, 1e-3, 0.1, 0.1])
    np.testing.assert_allclose([t["decay"] for t in trials], [10**0.5, 10**1.5] * 2)


def test_random_trials_are_log_uniform_and_do_not_depend_on_each_other():
    trials = hyperparameters.random_trials({"rate": (1e-4, 1.0), "decay": (1.0, 100.0)}, 2000, seeded())
    rates, decays = ([trial[name] for trial in trials] for name in ("rate", "decay"))
    assert stats.kstest(rates, stats.loguniform(1e-4, 1.0).cdf).pvalue > 0.01
    assert stats.kstest(decays, stats.loguniform(1.0, 100.0).cdf).pvalue > 0.01
    assert abs(np.corrcoef(np.log(rates), np.log(decays))[0, 1]) < 0.06


# Exercises


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=8), st.sampled_from([0.0, 1e9]))
def test_the_fitted_normal_is_the_most_probable(numbers, away):
    numbers = [x + away for x in numbers]
    mean, deviation = hyperparameters.fit_normal(numbers)
    assert mean == pytest.approx(statistics.fmean(numbers), rel=1e-12, abs=1e-9)
    assert deviation == pytest.approx(statistics.pstdev(numbers), rel=1e-9, abs=1e-6)
    if deviation > 1e-3:

        def logarithm(m, s):
            return stats.norm.logpdf(numbers, m, s).sum()

        best = logarithm(mean, deviation)
        for m, s in ((mean, deviation * 1.01), (mean, deviation * 0.99), (mean + deviation / 9, deviation)):
            assert logarithm(m, s) < best


@given(st.lists(st.integers(1, 9), min_size=2, max_size=5), st.booleans(), st.booleans())
def test_parameters_are_counted_as_torch_has_them(widths, bias, normalized):
    layers = []
    for number, (inputs, units) in enumerate(itertools.pairwise(widths)):
        layers.append(nn.Linear(inputs, units, bias=bias))
        if normalized and number < len(widths) - 2:
            layers.append(nn.BatchNorm1d(units))
    expected = sum(one.numel() for one in nn.Sequential(*layers).parameters())
    assert hyperparameters.count_parameters(widths, bias, normalized) == expected


@given(st.integers(1, 40), st.integers(1, 15), st.booleans())
def test_steps_are_those_of_torchs_loader(examples, batch_size, drop_last):
    loader = DataLoader(range(examples), batch_size, drop_last=drop_last)
    batches = [(epoch, batch[0].item(), batch[-1].item() + 1) for epoch in range(3) for batch in loader]
    found = [hyperparameters.batch_of_step(n, examples, batch_size, drop_last) for n in range(len(batches))]
    assert found == batches


@given(st.floats(0, 1), st.floats(-8, 8), st.floats(0, 8))
def test_log_uniform_agrees_with_scipys_quantiles(u, power, width):
    low, high = 10**power, 10 ** (power + width + 1e-3)
    made = hyperparameters.log_uniform(torch.tensor([u], dtype=torch.float64), low, high).item()
    assert made == pytest.approx(stats.loguniform(low, high).ppf(u), rel=1e-9)


def test_near_one_the_distance_to_one_is_on_a_log_scale():
    u = torch.tensor([0.0, 0.5, 1.0], dtype=torch.float64)
    made = hyperparameters.log_uniform(u, 0.9, 0.999, near_one=True)
    np.testing.assert_allclose(made, [0.9, 0.99, 0.999])


def test_the_first_trial_that_does_not_fit_ends_the_search():
    assert hyperparameters.best_within_budget([3.0, 2.0, 1.0], [5, 9, 1], 10) == (0, 5)
    assert hyperparameters.best_within_budget([3.0, 2.0, 1.0], [5, 5, 1], 10) == (1, 10)
    assert hyperparameters.best_within_budget([math.nan, 2.0, 2.0], [1, 1, 1], 10) == (1, 3)
    assert hyperparameters.best_within_budget([1.0], [11], 10) == (None, 0)


@given(st.lists(st.one_of(quarters, st.just(math.nan)), min_size=1, max_size=12), st.integers(1, 4))
def test_early_stopping_waits_and_keeps_the_best(losses, patience):
    stopped, kept = hyperparameters.early_stop(losses, patience)
    seen = [loss for loss in losses[: stopped + 1] if not math.isnan(loss)]
    assert not seen or losses[kept] == min(seen)
    assert stopped == kept + patience or (stopped == len(losses) - 1 < kept + patience)


def test_early_stopping_counts_from_the_best_and_not_from_the_last():
    losses = [5, 4, 3, 3.5, 3.2, 3.1, 2]
    assert hyperparameters.early_stop([float(x) for x in losses], 2) == (4, 2)
    assert hyperparameters.early_stop([4.0, 3.5, 3.0, 2.5], 2, min_delta=0.5) == (3, 2)


@given(st.lists(st.sampled_from("abcdefg"), min_size=3, max_size=20), st.randoms(use_true_random=False))
def test_no_group_is_in_two_parts(groups, random):
    order = random.sample(sorted(set(groups)), len(set(groups)))
    try:
        parts = hyperparameters.split_by_group(groups, order, 2, 1)
    except ValueError:
        return
    names = [{groups[n] for n in part} for part in parts]
    assert sorted([*parts[0], *parts[1], *parts[2]]) == list(range(len(groups)))
    assert not names[0] & names[1]
    assert not names[0] & names[2]
    assert not names[1] & names[2]
    assert len(parts[1]) >= 2
    assert len(parts[2]) >= 1


def test_a_part_is_full_as_soon_as_it_has_enough():
    groups = ["bo", "ann", "bo", "cy", "ann", "cy"]
    assert hyperparameters.split_by_group(groups, ["cy", "ann", "bo"], 2, 2) == ([0, 2], [1, 4], [3, 5])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda h: h.fit_normal([]), "fitted to 0 numbers"),
        (lambda h: h.count_parameters([3]), r"not \[3\]"),
        (lambda h: h.count_parameters([3, 0, 2]), r"not \[3, 0, 2\]"),
        (lambda h: h.batch_of_step(-1, 10, 5), "step -1 with batches of 5"),
        (lambda h: h.batch_of_step(0, 10, 0), "step 0 with batches of 0"),
        (lambda h: h.batch_of_step(0, 4, 5, drop_last=True), "4 examples make no batch of 5"),
        (lambda h: h.log_uniform(torch.zeros(1), 0.0, 1.0), "from 0.0 to 1.0"),
        (lambda h: h.log_uniform(torch.zeros(1), 2.0, 1.0), "from 2.0 to 1.0"),
        (lambda h: h.log_uniform(torch.zeros(1), 0.5, 1.0, near_one=True), "from 0.5 to 1.0 with near_one=True"),
        (lambda h: h.best_within_budget([1.0], [1, 2], 3), "1 losses and 2 numbers"),
        (lambda h: h.early_stop([], 1), "0 losses"),
        (lambda h: h.early_stop([1.0], 0), "patience=0"),
        (lambda h: h.early_stop([1.0], 1, -0.5), "min_delta=-0.5"),
        (lambda h: h.split_by_group(["a"], ["a", "a"], 0, 0), "does not name each group"),
        (lambda h: h.split_by_group(["a", "b"], ["a", "b"], 1, 1), "2 examples in 2 groups"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_value(call, words):
    with pytest.raises(ValueError, match=words):
        call(hyperparameters)
