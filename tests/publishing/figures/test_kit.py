"""The kit's figures: what stands in them, what they refuse, and words that a phone shows at 11 pixels or more."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from publishing.figures.gallery import KINDS

from course_lib.publishing import figures as kit
from course_lib.publishing.figures.sizes import PHONE, SMALLEST, WIDTH, smallest_words
from course_lib.publishing.figures.svg import box_around
from course_lib.publishing.inspection.browsing import SMALL_WORDS, browser_path, chromium

FOLD = 354  # pixels that a figure inside a fold has on the same phone


@pytest.fixture(autouse=True)
def nothing_left_open():
    """Close what a test drew."""
    yield
    plt.close("all")


def words_of(fig):
    """All that is written in a figure."""
    return [text.get_text() for text in fig.findobj(plt.Text) if text.get_text()]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_fits_a_phone_and_its_words_are_large_enough_even_in_a_fold(kind):
    fig = KINDS[kind]()
    wide = box_around([fig]).width
    size, said = smallest_words(fig, wide)
    assert wide <= WIDTH + 0.2
    assert size * FOLD / PHONE >= SMALLEST, f"{said!r} is {size:.1f} pixels high"


def test_a_wide_figure_with_small_words_is_found():
    fig = plt.figure(figsize=(8, 2), layout="none")
    fig.text(0, 0, "small"), fig.text(1, 1, "end")
    assert smallest_words(fig, box_around([fig]).width)[0] < SMALLEST


@pytest.mark.slow
@pytest.mark.skipif(browser_path() is None, reason="no Chromium is installed")
def test_a_browser_on_a_phone_shows_no_word_smaller(tmp_path, monkeypatch):
    made = []
    monkeypatch.setattr("IPython.display.display", made.append)
    for kind, draw in KINDS.items():
        kit.show(draw(), alt=f"One of the kit's figures: {kind}, as on a page")
    small = plt.figure(figsize=(8, 1), layout="none")
    small.text(0, 0, "tiny"), small.text(1, 1, "end")
    kit.show(small, alt="A figure twice as wide as a phone has room for")
    page = tmp_path / "page.html"
    page.write_text("<!DOCTYPE html><meta charset=utf-8><style>body, figure {margin: 0}</style>" +
                    "".join(shown.html for shown in made))  # fmt: skip
    with chromium() as browser:
        opened = browser.new_page(viewport={"width": PHONE, "height": 800})
        opened.goto(page.as_uri())
        found = opened.evaluate(SMALL_WORDS)
    assert [re.sub(r"\d.*", "", line) for line in found] == ["'tiny' is ", "'end' is "]


@pytest.mark.parametrize("make", [list, np.array, torch.tensor])
def test_a_grid_takes_lists_arrays_and_tensors(make):
    assert words_of(kit.grid(make([[1, -2], [3, 4]]))) == ["1", "−2", "3", "4"]
    assert words_of(kit.grid(make([1.25, float("-inf")]), digits=2)) == ["1.2", "−∞"]
    assert words_of(kit.grid(make([[True, False]]))) == []


def test_a_grid_has_its_names_axes_and_signs():
    fig = kit.grids({"A": [[1]], "B": [[2]], "AB": [[2]]}, signs="×=", A={"rows": ["r"], "axes": ("row", "column")})
    assert sorted(words_of(fig)) == sorted(["A", "B", "AB", "1", "2", "2", "r", "← row", "column →", "×", "="])


def test_colors_of_cells_say_how_much_and_which_sign():
    def strengths(shade):
        fig = kit.grid([[-2.0, 0.0, 1.0]], shade=shade)
        return [tuple(np.round(patch.get_facecolor(), 2)) for patch in fig.axes[0].patches]

    by_sign, by_amount = strengths("sign"), strengths("amount")
    orange = tuple(np.round(plt.matplotlib.colors.to_rgb(kit.COLORS["orange"]), 2))
    assert by_sign[0][:3] == orange
    assert by_amount[0][:3] == by_amount[2][:3] == by_sign[2][:3] != orange
    assert by_sign[0][3] > by_sign[2][3] > by_sign[1][3]


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (lambda: kit.grid([[1, 2], [3]]), "the rows of a grid are equally long; these have [2, 1] cells"),
        (lambda: kit.grid(np.zeros((2, 2, 2))), "a grid has one or two axes"),
        (lambda: kit.grid([[1.25] * 12]), "12 columns of cells with words are too wide for a phone"),
        (lambda: kit.grid([[1]], rows=["a", "b"]), "there are 1 rows and 2 names for them: ['a', 'b']"),
        (lambda: kit.grid([[1]], marked=[(0, 1)]), "the cell (0, 1) is outside of a grid of 1 rows and 1 columns"),
        (lambda: kit.grid([[1]], shade="heat"), "shade='heat' is no way to color cells"),
        (lambda: kit.grids({"A": [[1]], "B": [[1]]}, signs="+="), "2 grids have 1 places for signs"),
        (lambda: kit.pictures(np.zeros((8, 8))), "these have the shape (8, 8)"),
        (lambda: kit.pictures(np.zeros((2, 8, 8)), ["one"]), "there are 2 pictures and 1 titles: ['one']"),
        (lambda: kit.curves([1, 2], {"a": [1, 2, 3]}), "the curve 'a' has the shape (1, 3); it needs 2 values"),
        (lambda: kit.curves([1], {str(i): [1] for i in range(9)}), "9 kinds are too many for one figure"),
        (lambda: kit.graph([("a", "b"), ("b", "a")]), "the arrows run in a circle: a → b → a"),
        (lambda: kit.graph([("a", "b")], {"c": 1}), "'c' has a value and no arrow; there are a, b"),
        (lambda: kit.graph([("a", "b")], places={"a": (0, 0)}), "the node 'b' has no place"),
        (lambda: kit.meanings(train="pink"), "train='pink' is no color of the course; there are blue, orange"),
        (lambda: kit.timed(int, rounds=0), "there is nothing to measure in 0 rounds"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_what_was_given(draw, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        draw()


def test_a_name_without_a_color_of_the_page_is_refused():
    with pytest.raises(KeyError, match="'test' has no color on this page; there are train"):
        kit.curves([1, 2], {"test": [1, 2]}, colors=kit.meanings(train="blue"))


def test_a_name_keeps_color_marker_and_line_in_every_figure_of_a_page():
    color = kit.meanings(train="blue", test="orange")
    first = kit.curves([1, 2], {"train": [1, 2], "test": [2, 1]}, colors=color).lines[1]
    alone = kit.curves([1, 2], {"test": [2, 1]}, colors=color).lines[0]
    for get in ("get_color", "get_marker", "get_linestyle"):
        assert getattr(first, get)() == getattr(alone, get)()


def test_a_curve_over_seeds_is_their_mean_and_its_band_their_range():
    ax = kit.curves([0, 1], {"a": [[1, 2], [3, 6]]}, ylabel="loss")
    assert ax.lines[0].get_ydata().tolist() == [2, 4]
    corners = {tuple(point) for point in ax.collections[0].get_paths()[0].vertices}
    assert {(0, 1), (0, 3), (1, 2), (1, 6)} <= corners
    assert ax.get_title(loc="left") == "loss, mean and range of 2 seeds"


def test_a_bar_says_its_value():
    ax = kit.bars({"one": [0.5, 0.7], "two": 0.25}, form="{:.0%}")
    assert [text.get_text() for text in ax.texts] == ["60%", "25%"]
    assert [patch.get_width() for patch in ax.patches] == [pytest.approx(0.6), 0.25]


def test_a_spread_says_its_deviation_and_how_much_it_leaves_out():
    ax = kit.spreads({"a": [-1.0, 1.0, 0.5, 9.0]}, limits=(-2, 2))
    assert ax.texts[0].get_text() == f"σ = {np.std([-1, 1, 0.5, 9]):.2g}\n25% outside"


def test_a_path_on_level_lines_goes_from_its_dot_to_its_cross():
    ax = kit.contours(lambda x, y: x**2 + y**2, (-2, 2), (-2, 2), {"walk": torch.tensor([[1.0, 1.0], [0.5, 0.0]])})
    path, start, end = ax.lines
    assert path.get_xydata().tolist() == [[1, 1], [0.5, 0]]
    assert (start.get_xydata().tolist(), end.get_xydata().tolist()) == ([[1, 1]], [[0.5, 0]])
    assert (start.get_marker(), end.get_marker()) == ("o", "x")


def test_the_steps_of_a_graph_keep_every_node_in_its_place():
    edges = [("x", "xy"), ("y", "xy"), ("xy", "f"), ("z", "f")]
    values = {"x": 2, "y": 3, "z": 4, "xy": 6, "f": 10}
    frames, said = kit.graph_steps(edges, values, {"f": 1, "xy": 1, "z": 1, "x": 3, "y": 2}, names={"xy": "×"})
    assert len(frames) == len(said) == 1 + 2 + 5
    assert said[1] == "forward: xy (×) = 6"
    assert said[-1].startswith("backward: gradient of")

    def places(fig):
        return {text.get_text(): text.get_position() for text in fig.findobj(plt.Text) if text.get_text() in "xyzf×"}

    assert all(places(fig) == places(frames[0]) for fig in frames)
    assert "∂ 3" in words_of(frames[-1])
    assert "∂ 3" not in words_of(frames[0])


def test_a_long_graph_runs_downwards():
    chain = [(str(i), str(i + 1)) for i in range(7)]
    assert box_around([kit.graph(chain)]).width < 1
    with pytest.raises(ValueError, match="8 nodes after each other are too wide for a phone"):
        kit.graph(chain, down=False)


def test_a_time_is_a_number_of_milliseconds_with_its_range():
    ticks = iter(range(10**9))
    found = kit.timed(lambda: [next(ticks) for _ in range(1000)], rounds=5)
    assert 0 < found.low <= found <= found.high < 100
    assert re.fullmatch(r"[\d.e-]+ ms \([\d.e-]+ to [\d.e-]+\)", str(found))
    assert f"{found:.2f}" == f"{float(found):.2f}"


def test_a_slow_call_is_repeated_no_longer_than_asked():
    import time

    calls = []
    start = time.perf_counter()
    kit.timed(lambda: (time.sleep(0.03), calls.append(1)), rounds=1000, seconds=0.1)
    assert 3 <= len(calls) <= 6
    assert time.perf_counter() - start < 2


def test_digits_are_the_same_each_time_and_no_picture_is_in_both_parts():
    first, again = kit.digits(), kit.digits()
    assert first.images.dtype == torch.float32
    assert first.labels.dtype == torch.int64
    assert torch.equal(first.images, again.images)
    first.images[:] = 0
    assert again.images.max() == 1
    assert kit.digits(tensors=False).images.max() == 1, "what a page does to its copy stays there"
    assert len(again.images) + len(again.test_images) == 1797
    assert sorted(set(again.test_labels.tolist())) == list(range(10))


def test_the_corpora_are_sentences_each_once():
    for texts, ends in ((kit.english(), (".", "!", "?")), (kit.korean(), (".",))):
        assert len(texts) == len(set(texts)) >= 60
        assert all(text.endswith(ends) and "\n" not in text for text in texts)
    letters = [letter for text in kit.korean() for letter in text if letter not in " .,"]
    assert all("가" <= letter <= "힣" for letter in letters)
