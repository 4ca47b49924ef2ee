"""Figures: no figure without words, the same bytes every time, nothing left open, ids of their own."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_lib.publishing.figures import COLORS, MissingAltText, Shown, play, show
from course_lib.publishing.figures import shown as shown_figures

ALT = "A line that rises from zero to one over five steps"


@pytest.fixture
def shown(monkeypatch):
    """What cells displayed, in order."""
    made = []
    monkeypatch.setattr("IPython.display.display", made.append)
    return made


def line(shift=0.0):
    fig, ax = plt.subplots()
    ax.plot(np.linspace(0, 1, 5) + shift, label="값")
    ax.set_title("제목")
    ax.legend()
    return fig


def test_round_markers_of_one_color_are_one_line_of_dots(shown):
    fig, ax = plt.subplots(layout="none")
    ax.plot([0, 1, 2], "o-", color=COLORS["red"], markersize=7)
    ax.plot([2, 2, 1], "s", color=COLORS["green"])
    ax.plot([1, 0, 2], "o", color=COLORS["red"], markeredgecolor=COLORS["gray"])
    ax.set(xticks=[], yticks=[])
    show(fig, alt=ALT)
    page = shown[0].html
    dots = re.findall(r'<path d="((?:M[\d.]+ [\d.]+h.01)+)"[^>]*stroke: #d55e00; stroke-width: 8;', page)
    assert [places.count("M") for places in dots] == [3]
    assert page.count("<use ") == 6, "squares, and disks with an edge of another color, are as they were"
    assert page.count("<defs><path") == 2, "no marker is left that nothing shows"


@pytest.mark.parametrize("alt", [None, "", "   ", "a plot", "Too short to say much"])
@pytest.mark.parametrize("call", [lambda alt: show(line(), alt=alt), lambda alt: play([line(), line(1)], alt=alt)])
def test_a_figure_without_words_for_it_is_refused(call, alt, shown):
    with pytest.raises(MissingAltText, match="say"):
        call(alt)
    assert shown == []
    plt.close("all")


def test_a_caption_that_repeats_the_alt_text_is_refused(shown):
    with pytest.raises(MissingAltText, match="caption what to notice"):
        show(line(), alt=ALT, caption=ALT)
    plt.close("all")


def test_the_same_figure_has_the_same_bytes(shown):
    show(line(), alt=ALT)
    show(line(), alt=ALT)
    assert shown[0].html == shown[1].html


def test_another_figure_has_other_ids(shown):
    show(line(), alt=ALT)
    show(line(1), alt=ALT)
    first, second = (set(re.findall(r' id="([^"]+)"', made.html)) for made in shown)
    assert first
    assert second
    assert not first & second


def test_frames_of_one_player_share_no_ids_and_one_size(shown):
    play([line(), line(1), line(2)], alt=ALT)
    ids = re.findall(r' id="([^"]+)"', shown[0].html)
    assert len(ids) == len(set(ids))
    assert len(set(re.findall(r'viewBox="([^"]+)"', shown[0].html))) == 1


def test_every_reference_inside_a_figure_finds_its_id(shown):
    show(line(), alt=ALT)
    ids = set(re.findall(r' id="([^"]+)"', shown[0].html))
    assert set(re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', shown[0].html))
    for pair in re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', shown[0].html):
        assert (pair[0] or pair[1]) in ids


def test_a_figure_says_what_it_shows_and_follows_the_page(shown):
    show(line(), alt=ALT + ' & "more"', caption="Watch `x`")
    assert 'role="img" aria-label="A line that rises from zero to one over five steps &amp; &quot;more&quot;"' in (
        shown[0].html
    )
    assert "currentColor" in shown[0].html
    assert "#1a1a1b" not in shown[0].html
    assert "<style" not in shown[0].html  # matplotlib's own would reach the whole page
    assert "<figcaption>Watch <code>x</code></figcaption>" in shown[0].html
    assert "제목" in shown[0].html


def test_what_a_terminal_and_a_test_see_is_one_stable_line(shown):
    show(line(), alt=ALT)
    assert repr(shown[0]) == shown[0]._repr_mimebundle_()["text/plain"] == f"Figure: {ALT}"


def test_shown_figures_are_closed(shown):
    show(line(), alt=ALT)
    play([line(), line(1)], alt=ALT)
    assert plt.get_fignums() == []


def test_every_frame_can_be_read_without_scripts(shown):
    play([line(k) for k in range(4)], alt=ALT, label="shift", values=["0 s", "1 s", "2 s", "3 s"])
    page = shown[0].html
    assert page.count("<details") == 4
    assert re.findall(r"<summary>(.*?)</summary>", page) == ["shift 0 s", "shift 1 s", "shift 2 s", "shift 3 s"]
    assert page.count(" open>") == 1
    assert '<div class="course-controls" hidden' in page
    assert f"{ALT} (shift 2 s)" in page


def test_the_slider_has_a_label_and_says_where_it_is(shown):
    play([line(), line(1)], alt=ALT, label="shift")
    page = shown[0].html
    slider = re.search(r'<input id="([^"]+)" type="range" min="0" max="1"', page)
    assert slider is not None
    assert f'<label for="{slider[1]}">shift</label>' in page
    assert re.search(rf'<output for="{slider[1]}" aria-live="off"[^>]*>0</output>', page), "once, with the label before"


def test_each_frame_says_what_it_shows(shown):
    play([line(), line(1)], alt=ALT, label="shift", alts=["from zero to one", "from one to two"])
    assert f'aria-label="{ALT}"' in shown[0].html
    assert re.findall(r'role="img" aria-label="([^"]*)"', shown[0].html) == [
        "shift 0: from zero to one",
        "shift 1: from one to two",
    ]


@pytest.mark.parametrize("alts", [["one"], ["one", " "], ["one", "two", "three"]])
def test_a_frame_without_words_of_its_own_is_refused(alts, shown):
    with pytest.raises(MissingAltText, match="a text for each of the 2 frames"):
        play([line(), line(1)], alt=ALT, alts=alts)
    plt.close("all")


@pytest.mark.parametrize(("count", "values"), [(1, None), (3, [1, 2])])
def test_frames_and_values_must_match(count, values, shown):
    with pytest.raises(ValueError, match="at least two frames and one value for each"):
        play([line(k) for k in range(count)], alt=ALT, values=values)
    plt.close("all")


def test_an_output_too_heavy_for_a_page_is_refused(shown, monkeypatch):
    monkeypatch.setattr(shown_figures, "LARGEST_OUTPUT", 1000)
    with pytest.raises(ValueError, match=r"MB of SVG.*fewer points"):
        show(line(), alt=ALT)


def test_the_palette_has_the_promised_names():
    assert {"blue", "orange", "green", "red", "purple", "sky", "yellow", "gray"} == set(COLORS)


def test_what_is_shown_has_two_forms():
    assert Shown("<b>x</b>", "x")._repr_mimebundle_() == {"text/html": "<b>x</b>", "text/plain": "x"}
