"""Lines that IPython, Jupyter, Colab and VS Code put into notebooks, at the top of a cell: none costs the cell."""

import json

import pytest
from grading.test_honest import RIGHT, released
from house_rules.house import MADE_UP

from course_lib.checking.notebook import check_notebook
from course_lib.grading import demo_class
from course_lib.grading.examiner.notebook_result import examine_notebook
from course_lib.grading.handed_in.repaired import repair
from course_lib.grading.sandbox.lockdown import Limits

EVERYWHERE = """
%matplotlib inline
%matplotlib notebook
%matplotlib widget
%matplotlib qt
%matplotlib ipympl
%matplotlib
%pylab inline
%gui qt
%config InlineBackend.figure_format = 'retina'
%load_ext autoreload
%autoreload 2
%reload_ext nb_black
%load_ext google.colab.data_table
%load_ext tensorboard
%tensorboard --logdir logs
%tensorflow_version 2.x
%watermark -v -m
%shell ls
%pip install numpy
%conda install numpy
%mamba install numpy
%uv pip install numpy
%env X=1
%set_env
%cd
%cd nowhere
%cd /content/drive/MyDrive
%pwd
%ls
%mkdir data
%bookmark here
%store -r
%run helper.py
%run -i helper.ipynb
%load helper.py
%edit
%notebook out.ipynb
%save mine 1
%macro mine 1
%history
%recall
%rehashx
%who
%whos
%time 1
%timeit -n1 -r1 1
%prun 1
%memit 1
%lprun -f f f()
%debug
%pdb on
%xmode Plain
%precision 3
%colors Linux
%alias ll ls
%logstart
%automagic
%autosave 60
%qtconsole
%connect_info
%lsmagic
%quickref
%nbdev_default_export core
%reset_selective -f nothing_of_that_name
!pip install numpy
!nvidia-smi
x = !ls
x = %pwd
sum?
?sum
sum??
#@title A form { run: "auto" }
# %% [code]
#| export
from google.colab import drive, files, output
get_ipython().run_line_magic("matplotlib", "inline")
get_ipython().system("ls")
from IPython import get_ipython; get_ipython().run_line_magic("load_ext", "autoreload")
from IPython.display import clear_output, display, HTML
"""
# Of whole cells some run what is below them, and some keep it to themselves.
KEEPS = ["%%time", "%%memray_flamegraph", "%%capture", "%%capture out", "%%prun", "%%nbgrader", "%%ai", "%%wandb"]
TAKES = ["%%timeit -n1 -r1", "%%writefile mine.py", "%%bash", "%%html", "%%javascript", "%%latex", "%%script x"]
LINES = EVERYWHERE.strip().splitlines()
CONCEPT = "letters"
ONE = Limits(call=3.0, cell=15.0, notebook=60.0)


def graded(warm, tmp_path, tops):
    """Return the points by `course grade` and by `course check` of answers that begin with these lines, in order."""
    release = released(CONCEPT)
    names = ("to_upper", "length_key")
    kept = {"start-2", *(f"{kind}-{name}" for name in names for kind in ("answer", "check"))}
    release["cells"] = [cell for cell in release["cells"] if cell["id"] in kept]
    right = demo_class.solutions_of(MADE_UP / "solutions" / f"{CONCEPT}.py")
    made = demo_class.filled(release, right | {f"{CONCEPT}.to_upper": RIGHT})
    answer = next(cell for cell in made["cells"] if cell["id"] == "answer-to_upper")
    answer["source"] = "\n".join([*tops, answer["source"]])
    path = tmp_path / f"{CONCEPT}.ipynb"
    path.write_text(json.dumps(made))
    there = examine_notebook(warm, repair(path.read_bytes(), release), 7, ONE)
    here = check_notebook(path)
    points = {name: there.verdicts[f"check-{name}"] for name in names}
    return [(points[n].points, v.points, points[n].message) for n, v in zip(names, here.verdicts, strict=True)]


@pytest.mark.slow
def test_all_lines_at_once_cost_nothing(warm, tmp_path):
    """The quick look; the next test says which one it was."""
    (upper, upper_here, why), (compare, *_) = graded(warm, tmp_path, LINES)
    assert (upper, upper_here) == (3, 3), why
    assert compare == 2


@pytest.mark.slow
@pytest.mark.whole
@pytest.mark.parametrize("line", LINES)
def test_no_line_at_the_top_costs_its_cell(warm, tmp_path, line):
    (upper, upper_here, why), _ = graded(warm, tmp_path, [line])
    assert (upper, upper_here) == (3, 3), why


@pytest.mark.slow
@pytest.mark.parametrize("magic", [*KEEPS[:2], *(pytest.param(magic, marks=pytest.mark.whole) for magic in KEEPS[2:])])
def test_a_cell_that_is_run_anyhow_keeps_its_points(warm, tmp_path, magic):
    (upper, upper_here, why), _ = graded(warm, tmp_path, [magic])
    assert (upper, upper_here) == (3, 3), why


@pytest.mark.slow
@pytest.mark.parametrize("magic", [TAKES[0], *(pytest.param(m, marks=pytest.mark.whole) for m in TAKES[1:])])
def test_a_cell_that_keeps_to_itself_costs_one_exercise_and_says_why(warm, tmp_path, magic):
    (upper, upper_here, why), (compare, compare_here, _) = graded(warm, tmp_path, [magic])
    assert (upper, upper_here) == (0, 0)
    assert magic.split()[0] in why
    assert (compare, compare_here) == (2, 2)
