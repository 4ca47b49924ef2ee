"""What an answer to `topological_order` must do, and the mistakes we know."""

import graphlib

from course_lib import backpropagation
from course_lib.checking import rubric

LETTERS = "abcdefghijklmnop"


@rubric(
    answer=backpropagation.topological_order,
    title="Inputs first: the order of a graph",
    points=3,
    difficulty=2,
    minutes=20,
    forbids=["graphlib.TopologicalSorter"],
    sizes=(1, 2, 3, 5, 8, 13),
)
def topological_order(rng, size):
    """Graphs in which values are used more than once, and some are not needed."""
    names = [LETTERS[k] for k in rng.permutation(size + 1)]
    return _graph(rng, names), names[size - size // 6]


def _graph(rng, names):
    """Draw up to three earlier nodes for each node, the same one twice included; write the nodes in any order."""
    inputs = {
        name: [names[k] for k in rng.integers(0, number, size=rng.integers(1, 4))] if number else []
        for number, name in enumerate(names)
    }
    return {names[k]: inputs[names[k]] for k in rng.permutation(len(names))}


@topological_order.drive
def judged(answer, inputs, output):
    """Ask for an order; any will do that has every needed node once and after all its inputs."""
    order = answer(inputs, output)
    if type(order) not in (list, tuple) or any(type(node) not in (str, int) for node in order):
        raise TypeError("the result should be a list of nodes")
    place = {node: number for number, node in enumerate(order)}
    late = [n for n in order if any(place.get(source, -1) > place[n] for source in inputs.get(n, ()))]
    return {"nodes, sorted": sorted(order, key=str), "nodes that stand before one of their inputs": late}


@topological_order.written
def as_typed(inputs, output):
    """As a line that one could run, or the beginning of one."""
    shown = ", ".join(f"{node!r}: {list(sources)!r}" for node, sources in list(inputs.items())[:12])
    return f"topological_order({{{shown}{', …' if len(inputs) > 12 else ''}}}, {output!r})"


@topological_order.edge(points=1)
def a_value_that_was_given():
    """The output may be a value that nothing was computed from: it stands alone."""
    return {"x": [], "y": ["x"]}, "x"


@topological_order.edge(points=1)
def a_chain_of_ten_thousand():
    """Networks over long sequences make chains that a recursion cannot follow: Python stops it at about 1,000."""
    return {number: [number - 1] if number else [] for number in range(10_000)}, 9_999


@topological_order.domain
def anything(rng):
    """Any graph of at least one node; names are texts or whole numbers, and a node may use another twice."""
    size = int(rng.integers(1, 12))
    names = list(rng.permutation(40)[:size]) if rng.random() < 0.5 else list(rng.permutation(list(LETTERS))[:size])
    names = [int(name) if not isinstance(name, str) else str(name) for name in names]
    return _graph(rng, names), names[int(rng.integers(size // 2, size))]


def needed(inputs, output):
    """Return the output and all that it depends on."""
    found, todo = {output}, [output]
    while todo:
        new = set(inputs[todo.pop()]) - found
        found |= new
        todo += new
    return found


@topological_order.oracle
def by_graphlib(inputs, output):
    """Let the standard library sort what the output depends on."""
    return list(graphlib.TopologicalSorter({node: inputs[node] for node in needed(inputs, output)}).static_order())


def _down(inputs, output):
    """List the nodes as a walk from the output first meets them, deep before wide."""
    met, todo = {}, [output]
    while todo:
        node = todo.pop()
        if node not in met:
            met[node] = None
            todo += reversed(inputs[node])
    return list(met)


def _by_levels(inputs, output):
    queue = [output]
    for node in queue:
        queue += [source for source in dict.fromkeys(inputs[node]) if source not in queue]
    return queue


@topological_order.mistake
def turns_a_walk_around(inputs, output):
    """A walk from the output, turned around, is no topological order: a node was met by one user, before another.

    Write a node down only when all its inputs are done.
    """
    return _down(inputs, output)[::-1]


@topological_order.mistake
def goes_by_levels(inputs, output):
    """A walk by levels puts a node where its nearest user wants it, and a farther one comes too late for it."""
    return _by_levels(inputs, output)[::-1]


@topological_order.mistake
def puts_the_output_first(inputs, output):
    """The order is turned around: inputs come first, the output last."""
    return backpropagation.topological_order(inputs, output)[::-1]


@topological_order.mistake
def forgets_where_it_has_been(inputs, output):
    """A node that is used twice stands in the list twice. Remember which nodes are done."""
    order, todo = [], [(output, False)]
    while todo and len(order) < 20_000:
        node, done = todo.pop()
        if done:
            order.append(node)
        else:
            todo += [(node, True), *((source, False) for source in reversed(inputs[node]))]
    return order


@topological_order.mistake
def sorts_every_node(inputs, output):
    """Nodes that the output does not need are in the list. Start from the output, and take what it leads to."""
    return list(graphlib.TopologicalSorter(inputs).static_order())


@topological_order.mistake
def leaves_out_the_output(inputs, output):
    """The output itself is missing: it comes last."""
    return backpropagation.topological_order(inputs, output)[:-1]


@topological_order.mistake
def leaves_out_what_was_given(inputs, output):
    """Nodes without inputs are missing. They belong into the list too, before all others that use them."""
    return [node for node in backpropagation.topological_order(inputs, output) if inputs[node]]


@topological_order.mistake
def trusts_the_order_of_the_dict(inputs, output):
    """The nodes stand in the order of the dict. Nobody promised that it has inputs first."""
    wanted = needed(inputs, output)
    return [node for node in inputs if node in wanted]


@topological_order.mistake
def recurses(inputs, output):
    """The order is right, but Python ends a recursion at about 1,000 nodes. Keep a list of what is to do instead."""
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for source in inputs[node]:
                visit(source)
            order.append(node)

    visit(output)
    return order


@topological_order.alternative
def by_counting_users(inputs, output):
    """Takes a node once all its users are taken, from the output on, and turns the list around (Kahn 1962)."""
    wanted = needed(inputs, output)
    users = dict.fromkeys(wanted, 0)
    for node in wanted:
        for source in inputs[node]:
            users[source] += 1
    ready, order = [output], []
    while ready:
        node = ready.pop()
        order.append(node)
        for source in inputs[node]:
            users[source] -= 1
            if not users[source]:
                ready.append(source)
    return order[::-1]


@topological_order.alternative
def by_depth(inputs, output):
    """Sorts by depth: a node is one deeper than its deepest input."""
    depth, todo = {}, [output]
    while todo:
        node = todo[-1]
        missing = [source for source in inputs[node] if source not in depth]
        if missing:
            todo += missing
        else:
            depth[todo.pop()] = 1 + max((depth[source] for source in inputs[node]), default=0)
    return tuple(sorted(depth, key=lambda node: depth[node]))
