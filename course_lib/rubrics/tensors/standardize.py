"""What an answer to `standardize` must do, and the mistakes we know."""

import numpy as np
import torch

from course_lib import tensors
from course_lib.checking import cases, rubric


@rubric(
    answer=tensors.standardize,
    title="Columns on one scale",
    points=3,
    difficulty=2,
    minutes=12,
)
def standardize(rng, size):
    """Tables, one of them in float64, whose columns have means and spreads of their own."""
    scale, shift = rng.uniform(0.5, 3, size + 1), rng.uniform(-9, 9, size + 1)
    table = torch.from_numpy(rng.normal(size=(size + 2, size + 1)) * scale + shift)
    return table if size == 3 else table.float()


@standardize.edge(points=1)
def a_constant_column():
    """A column that never changes becomes zeros, not nan."""
    return torch.tensor([[1.0, 7.0], [4.0, 7.0], [1.0, 7.0]])


@standardize.edge(points=1)
def a_single_row():
    """In a table of one row every column is constant."""
    return torch.tensor([[3.0, -2.0, 8.0]])


@standardize.edge(points=1)
def seven_tenths():
    """A column of 0.1 seven times over never changes either, whatever rounding makes of its mean and deviation."""
    return torch.full((7, 1), 0.1)


@standardize.edge(points=1)
def seven_tenths_beside_others():
    """Each column is asked for itself: 0.1 seven times over stays constant beside a column that changes."""
    return torch.stack([torch.full((7,), 0.1), torch.arange(7.0)], dim=1)


@standardize.edge(points=1)
def years():
    """Large numbers close together, such as years, are scaled as well as any."""
    return torch.tensor([[1999.0], [2001.0], [2003.0]])


@standardize.edge(points=1)
def tiny_numbers():
    """A column of tiny numbers changes as well, and gets deviation 1 like any other."""
    return torch.tensor([[1e-12], [2e-12], [4e-12]])


@standardize.edge(points=1)
def nearly_equal():
    """Large numbers that are nearly equal are still not equal: their column gets deviation 1 too."""
    return torch.tensor([[50_000_000.0], [50_000_010.0], [50_000_030.0]], dtype=torch.float64)


@standardize.domain
def any_table(rng):
    """Any table of either dtype, one row and column or more, of scales from 1e-12 to 1e12; constant columns, too."""
    rows, columns = cases.whole(rng, 1, 12), cases.whole(rng, 1, 5)
    scale = 10.0 ** rng.integers(-12, 13, size=columns) if rng.random() < 0.5 else rng.uniform(0.5, 3, size=columns)
    table = scale * (rng.normal(size=(rows, columns)) + rng.uniform(-9, 9, size=columns))
    if rng.random() < 0.3:
        table = np.round(table)
    for column in range(columns):
        kind = cases.one_of(rng, "plain", "plain", "plain", "constant", "one differs")
        if kind != "plain":
            table[:, column] = table[0, column]
        if kind == "one differs":
            table[int(rng.integers(rows)), column] += scale[column] * rng.uniform(0.5, 2)
    return cases.strided(rng, torch.from_numpy(table).to(getattr(torch, cases.one_of(rng, "float32", "float64"))))


@standardize.oracle
def by_numpy(table):
    """Works in NumPy's float64, column by column."""
    wide = table.numpy().astype(np.float64)
    made = np.zeros_like(wide)
    for number, column in enumerate(wide.T):
        if np.ptp(column) > 0:
            made[:, number] = (column - column.mean()) / column.std()
    return made.astype(table.numpy().dtype)


@standardize.mistake
def divides_by_n_minus_1(table):
    """The sum of squares was divided by n − 1, which is PyTorch's default. Ask for `correction=0` to divide by n."""
    return (table - table.mean(dim=0)) / table.std(dim=0)


@standardize.mistake
def goes_along_the_rows(table):
    """Each row was standardized. Each column has its own mean and deviation, taken over the rows: axis 0."""
    return (table - table.mean(dim=1, keepdim=True)) / table.std(dim=1, correction=0, keepdim=True)


@standardize.mistake
def takes_the_whole_table(table):
    """One mean and one deviation were taken of the whole table. Each column needs its own."""
    return (table - table.mean()) / table.std(correction=0)


@standardize.mistake
def divides_by_the_variance(table):
    """The columns were divided by their variance. Divide by its square root, the standard deviation."""
    return (table - table.mean(dim=0)) / table.var(dim=0, correction=0)


@standardize.mistake
def scales_to_zero_and_one(table):
    """The columns reach from 0 to 1. That is min-max scaling; here they get mean 0 and deviation 1."""
    low, high = table.amin(dim=0), table.amax(dim=0)
    return ((table - low) / (high - low)).masked_fill(low == high, 0.0)


@standardize.mistake
def only_shifts(table):
    """The columns were shifted to mean 0 but not scaled."""
    return table - table.mean(dim=0)


@standardize.mistake
def only_scales(table):
    """The columns were scaled but not shifted: take the mean away first."""
    return table / table.std(dim=0, correction=0)


@standardize.mistake
def divides_by_zero(table):
    """A constant column has deviation 0, and 0 / 0 is nan. Such a column should become zeros."""
    return (table - table.mean(dim=0)) / table.std(dim=0, correction=0)


@standardize.mistake
def asks_the_deviation(table):
    """A constant column was known by its deviation of 0, but rounding may leave a little. Compare its numbers."""
    centered = table - table.mean(dim=0)
    deviation = centered.square().mean(dim=0).sqrt()
    return torch.where(deviation == 0, 0.0, centered / deviation)


@standardize.mistake
def asks_the_whole_table(table):
    """Only a table that is constant as a whole became zeros at once. Ask each column whether it changes."""
    centered = table - table.mean(dim=0)
    if (table == table[0]).all():
        return torch.zeros_like(table)
    deviation = centered.square().mean(dim=0).sqrt()
    return torch.where(deviation == 0, 0.0, centered / deviation)


@standardize.mistake
def takes_close_for_equal(table, *, right):
    """Nearly equal numbers were taken for a constant column, as `isclose` takes them. Ask whether they are equal."""
    return torch.where(torch.isclose(table, table[0]).all(dim=0), 0.0, right)


@standardize.mistake
def subtracts_squares(table):
    """Mean of the squares minus square of the mean: their difference drowns in rounding. Subtract the mean first."""
    variance = (table.square().mean(dim=0) - table.mean(dim=0).square()).clamp(min=0)
    constant = table.amax(dim=0) == table.amin(dim=0)
    return torch.where(constant, 0.0, (table - table.mean(dim=0)) / variance.sqrt())


@standardize.mistake
def adds_a_little(table):
    """A little was added to the deviation to avoid 0 / 0. It zeroes no constant column and flattens tiny numbers."""
    return (table - table.mean(dim=0)) / (table.std(dim=0, correction=0) + 1e-8)


@standardize.mistake
def as_in_batch_normalization(table):
    """This is the form of batch normalization, which adds 1e-5 to the variance. Here nothing is added."""
    centered = table - table.mean(dim=0)
    return centered / (centered.square().mean(dim=0) + 1e-5).sqrt()


@standardize.mistake
def writes_into_the_table(table, *, right):
    """The caller's table was overwritten: `-=` and `/=` work in place. Make a new tensor."""
    table[:] = right
    return table


@standardize.alternative
def by_sums(table):
    """Works in float64 from sums of what is left after the first row, and adds a number too small to matter."""
    wide = table.double() - table[0].double()
    centered = wide - wide.sum(dim=0, keepdim=True) / len(wide)
    return (centered / (centered.square().sum(dim=0, keepdim=True) / len(wide)).sqrt().add(1e-30)).to(table.dtype)


@standardize.alternative
def column_by_column(table):
    """Subtracts the first row before anything else, which makes constant columns 0 exactly; column after column."""
    shifted = [column - column[0] for column in table.unbind(dim=1)]
    columns = [column - column.mean() for column in shifted]
    return torch.stack([torch.nan_to_num(c / c.square().mean().sqrt()) for c in columns], dim=1)
