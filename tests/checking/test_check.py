"""`check`: the whole way from an answer to its verdict."""

import re
import sys
import warnings

import pytest
import torch

from course_lib.checking import UnknownExercise, call_each, check


def right_mask(lengths, max_len):
    return torch.arange(max_len, device=lengths.device) < lengths[:, None]


def test_a_right_answer_earns_every_point():
    verdict = check("made_up.padding_mask", right_mask)
    assert verdict.passed
    assert (verdict.points, verdict.max_points, verdict.status) == (4, 4, "passed")
    assert [reason.passed for reason in verdict.reasons] == [True, True]


def test_a_blank_answer_is_not_yet_written():
    def padding_mask(lengths, max_len):
        raise NotImplementedError()

    verdict = check("made_up.padding_mask", padding_mask)
    assert verdict.status == "blank"
    assert verdict.points == 0
    assert "Not yet written" in verdict.message


def test_a_known_mistake_is_diagnosed_whoever_wrote_it():
    verdict = check("made_up.padding_mask", lambda lengths, max_len: right_mask(lengths, max_len).logical_not())
    assert verdict.mistake == "marks_the_padding"
    assert verdict.message == "The mask is upside down: True should mean 'a real token', not 'padding'."
    assert verdict.example.call == "padding_mask(lengths=tensor([1, 1, 1, 1, 1]), max_len=1)"
    assert (verdict.example.expected, verdict.example.actual, verdict.example.where) == ("True", "False", "[0, 0]")


def test_a_known_mistake_is_diagnosed_although_an_edge_is_wrong_for_another_reason():
    def padding_mask(lengths, max_len):
        if 0 in lengths.tolist():
            raise ValueError("empty")
        return ~right_mask(lengths, max_len)

    assert check("made_up.padding_mask", padding_mask).mistake == "marks_the_padding"


def test_a_new_mistake_shows_its_smallest_counter_example():
    verdict = check("made_up.padding_mask", lambda lengths, max_len: torch.ones(5, max_len, dtype=torch.bool))
    assert verdict.mistake is None
    assert verdict.status == "failed"
    assert "max_len=2" in verdict.example.call
    assert (verdict.example.expected, verdict.example.actual) == ("False", "True")


def test_an_answer_wrong_only_in_an_edge_keeps_the_other_points():
    verdict = check("made_up.padding_mask", lambda lengths, max_len: right_mask(lengths.clamp(min=1), max_len))
    assert (verdict.status, verdict.points, verdict.mistake) == ("partial", 3, "keeps_one_token_always")
    assert not verdict.passed


def test_an_edge_earns_nothing_while_the_general_cases_fail():
    verdict = check("made_up.root", lambda number: (_ for _ in ()).throw(ValueError("always")))
    assert verdict.points == 0
    assert verdict.reasons[1].passed is None


def test_an_input_that_must_be_refused_wants_the_same_kind_of_error():
    accepting = check("made_up.root", lambda number: abs(number) ** 0.5)
    assert (accepting.status, accepting.points) == ("partial", 1)
    assert "must be refused with ValueError" in accepting.message

    def refusing(number):
        if number < 0:
            raise ValueError("negative")
        return number**0.5

    assert check("made_up.root", refusing).passed


def test_an_answer_that_raises_is_told_the_error_and_the_line():
    def padding_mask(lengths, max_len):
        return lengths[max_len + 100]

    verdict = check("made_up.padding_mask", padding_mask)
    assert "IndexError" in verdict.message
    assert "`return lengths[max_len + 100]`" in verdict.message


def test_prints_warnings_and_stderr_cost_nothing(capsys):
    def padding_mask(lengths, max_len):
        print("thinking")
        print("oh", file=sys.stderr)
        warnings.warn("deprecated", stacklevel=1)
        return right_mask(lengths, max_len)

    assert check("made_up.padding_mask", padding_mask).passed
    assert capsys.readouterr() == ("", "")


class Liar:
    """Claims to equal everything, and ends the program when it is shown."""

    def __eq__(self, other):
        return True

    __hash__ = None

    def __repr__(self):
        raise SystemExit

    __str__ = __len__ = __iter__ = __repr__


def own_tail():
    held = []
    held.append(held)
    return held


def deep():
    nested = []
    for _ in range(100_000):
        nested = [nested]
    return nested


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda *_: (n for n in [1]), "got a generator"),
        (lambda *_: Liar(), "got a Liar"),
        (lambda *_: [Liar()], "got a list"),
        (lambda *_: None, "is a `return` missing?"),
        (lambda *_: right_mask, "was it meant to be called?"),
        (lambda *_: own_tail(), "got a list"),
        (lambda *_: deep(), "got a list"),
        (lambda *_: torch.zeros(1).expand(10**9, 10), "got (1000000000, 10)"),
        (lambda *_: sys.exit(), "exit()"),
        (lambda lengths, max_len: right_mask(lengths, max_len).int(), "Expected dtype bool, got int32"),
        (lambda lengths, max_len: right_mask(lengths, max_len).numpy(), "Return a torch tensor"),
        (lambda lengths, max_len: right_mask(lengths, max_len).to_sparse(), "torch.sparse_coo"),
        (lambda lengths, max_len: (lambda: right_mask(lengths, max_len))(), None),
    ],
)
def test_absurd_results_get_one_clear_message(make, words):
    verdict = check("made_up.padding_mask", make)
    if words is None:
        assert verdict.passed
    else:
        assert words in verdict.message
        assert verdict.points == 0
        assert len(str(verdict)) < 1500


@pytest.mark.parametrize("answer", [7, "right_mask", None, Liar(), torch.zeros(2)])
def test_what_is_no_function_is_said_to_be_none(answer):
    verdict = check("made_up.padding_mask", answer)
    assert verdict.status == "failed"
    assert verdict.message.startswith("`padding_mask` should be a function, but is ")


def test_a_wrong_signature_names_both():
    verdict = check("made_up.padding_mask", lambda lengths: lengths)
    assert verdict.message == "`padding_mask` is called with (lengths, max_len), but the answer takes (lengths)."


def test_an_argument_changed_in_place_is_noticed():
    def padding_mask(lengths, max_len):
        mask = right_mask(lengths, max_len)
        lengths.add_(1)
        return mask

    verdict = check("made_up.padding_mask", padding_mask)
    assert "The argument `lengths` was changed in place" in verdict.message


def test_where_writing_is_the_task_the_arguments_are_compared():
    assert check("made_up.sort_in_place", lambda items: items.sort()).passed
    wrong = check("made_up.sort_in_place", lambda items: items.sort(reverse=True))
    assert "`items` should hold the result afterwards" in wrong.message


def test_classes_are_used_through_their_driver():
    class Mine:
        def __init__(self, start):
            self.sums = [start]

        def add(self, amount):
            self.sums.append(self.sums[-1] + amount)
            return self.sums[-1]

    assert check("made_up.Counter", Mine).passed

    class FromZero(Mine):
        def __init__(self, start):
            super().__init__(0)

    verdict = check("made_up.Counter", FromZero)
    assert verdict.mistake == "forgets_the_start"
    assert re.fullmatch(r"o = Counter\(start=1\); o\.add\(\d\)", verdict.example.call)


def test_a_driven_call_is_written_as_a_learner_would_type_it():
    verdict = check("letters.length_key", lambda text: text)
    assert re.fullmatch(r"sorted\(\['.*'\], key=length_key\)", verdict.example.call)


def test_results_may_come_in_any_order_where_the_rubric_says_so():
    def factors(number):
        found, p = (), 2
        while number > 1:
            while number % p == 0:
                found = (p, *found)
                number //= p
            p += 1
        return [*found]

    assert check("made_up.factors", factors).passed
    assert not check("made_up.factors", lambda number: [*factors(number)[:-1], 7]).passed


def test_an_unknown_exercise_names_the_nearest():
    with pytest.raises(UnknownExercise, match=r"no exercise named 'made_up.paddingmask'; did you mean 'made_up.padd"):
        check("made_up.paddingmask", right_mask)
    with pytest.raises(UnknownExercise, match="There is no concept named 'no_such'"):
        check("no_such.thing", right_mask)
    with pytest.raises(UnknownExercise, match=r"form 'concept\.exercise'"):
        check("padding_mask", right_mask)


def test_the_learners_own_interrupt_is_not_swallowed():
    def padding_mask(lengths, max_len):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check("made_up.padding_mask", padding_mask)


def test_another_seed_makes_other_cases_and_the_same_verdict():
    wrong = lambda lengths, max_len: ~right_mask(lengths, max_len)  # noqa: E731
    one, two, again = (check("made_up.softmax", lambda s: s, seed=seed).example.call for seed in (1, 2, 1))
    assert one == again != two
    assert check("made_up.padding_mask", wrong, seed=99).mistake == "marks_the_padding"


def test_independent_calls_come_back_in_order():
    assert call_each(lambda a, b: a - b, [(3, 1), (1, 3)]) == [2, -2]


def _leaves_something_odd(items):
    items.append(object())


def _leaves_a_maze(items):
    level = [0]
    for _ in range(45):
        level = [level, level]
    items[:] = [level]


def _changes_and_hides_it(lengths, max_len):
    mask = torch.arange(max_len) < lengths[:, None]
    lengths.data = torch.zeros(3, 3)
    return mask


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("made_up.sort_in_place", _leaves_something_odd),
        ("made_up.sort_in_place", _leaves_a_maze),
        ("made_up.padding_mask", _changes_and_hides_it),
    ],
)
def test_an_argument_cannot_be_made_too_odd_to_compare(name, answer):
    verdict = check(name, answer)
    assert verdict.points == 0
    assert "The argument" in verdict.message
