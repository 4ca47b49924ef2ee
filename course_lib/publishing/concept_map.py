"""The map of the concepts as an SVG with links: each concept stands one row below the last thing it needs."""

from html import escape

from course_lib.publishing.contents import Contents

WIDTH, ROW, HEIGHT, GAP = 760, 92, 42, 18


def rows_of(contents: Contents) -> list[list[str]]:
    """Concepts by depth: those that need nothing first. A need that is missing or comes later counts for nothing."""
    depth: dict[str, int] = {}
    for name, page in contents.concepts.items():
        depth[name] = 1 + max((depth[need] for need in page.needs if need in depth), default=-1)
    rows: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for name, row in depth.items():
        rows[row].append(name)
    return rows


def drawn_map(contents: Contents, address: dict[str, str]) -> str:
    """The map as inline SVG; `address` is where each concept's page is, from the page that shows the map."""
    rows = rows_of(contents)
    if not rows:
        return ""
    place, height = {}, ROW * len(rows) - (ROW - HEIGHT) + 4
    for y, row in enumerate(rows):
        width = min(230, (WIDTH - GAP * (len(row) + 1)) / len(row))
        left = (WIDTH - width * len(row) - GAP * (len(row) - 1)) / 2
        for x, name in enumerate(row):
            place[name] = (left + x * (width + GAP), 2 + y * ROW, width)
    lines = [
        _arrow(place[need], place[name])
        for name, page in contents.concepts.items()
        for need in page.needs
        if need in place and place[need][1] < place[name][1]
    ]
    boxes = [_box(place[name], contents.concepts[name].title, address[name]) for name in place]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="concept-map" viewBox="0 0 {WIDTH} {height}" role="group" '
        'aria-label="Map of the concepts; the list below says the same in words">'
        f"{''.join(lines)}{''.join(boxes)}</svg>"
    )


def _arrow(start: tuple[float, float, float], end: tuple[float, float, float]) -> str:
    x1, y1, x2, y2 = start[0] + start[2] / 2, start[1] + HEIGHT, end[0] + end[2] / 2, end[1]
    middle = (y1 + y2) / 2
    return (
        f'<path class="map-line" d="M{x1:.0f} {y1:.0f}C{x1:.0f} {middle:.0f} {x2:.0f} {middle:.0f} '
        f'{x2:.0f} {y2 - 5:.0f}"/><path class="map-tip" d="M{x2 - 4:.0f} {y2 - 7:.0f}h8l-4 6z"/>'
    )


def _box(at: tuple[float, float, float], title: str, address: str) -> str:
    x, y, width = at
    return (
        f'<a href="{escape(address)}"><rect class="map-box" x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" '
        f'height="{HEIGHT}" rx="8"/><text x="{x + width / 2:.0f}" y="{y + HEIGHT / 2 + 5:.0f}" '
        f'text-anchor="middle">{escape(title)}</text></a>'
    )
