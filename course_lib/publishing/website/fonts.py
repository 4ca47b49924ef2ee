"""Fonts served from the book, cut down to the glyphs it uses: STIX Two Math for formulas, Font Awesome for icons."""

import importlib.util
import logging
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from course_lib.publishing.figures.svg import digest
from course_lib.publishing.website.style_sheet import bundle_styles

MATH_FONT, LICENSES = "course-math.woff2", "course-fonts-license.txt"
# Letters, digits and Greek, upright and italic: a new formula rarely changes the font. Some are drawn
# without being written: the italic ∇ and h, the sign of a root, a larger prime.
ALWAYS = (
    (0x20, 0x7E),
    (0x391, 0x3C9),
    (0x1D434, 0x1D467),
    (0x1D6FB, 0x1D71B),
    (0x210E, 0x210E),
    (0x221A, 0x221A),
    (0x2032, 0x2032),
)
ROOT_WIDTH = 850  # in thousandths of the font's size; the smallest root's own is 794


def math_font_file() -> Path:
    """Where pip put the whole font of the formulas."""
    found = importlib.util.find_spec("ziamath")
    if found is None or not found.origin:
        raise ExtensionError("The font of the formulas is not installed; requirements.txt names its package: ziamath")
    return Path(found.origin).parent / "fonts" / "STIXTwoMath-Regular.ttf"


def open_font_license() -> str:
    """Return the SIL Open Font License 1.1, which asks to be beside every copy; matplotlib brings its text."""
    import matplotlib

    text = (Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "LICENSE_STIX").read_text(encoding="utf-8")
    return text[text.index("SIL OPEN FONT LICENSE Version 1.1") :]


def cut_font(source: Path, target: Path, codes: Iterable[int]) -> None:
    """Write a font with these characters alone, as woff2."""
    from fontTools import subset

    logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells of every table, and Sphinx would print it
    options = subset.Options(flavor="woff2", hinting=False, layout_features=["ssty"], glyph_names=False)
    options.name_IDs = [0, 1, 2, 13, 14]  # copyright and license travel in the font, too
    font = subset.load_font(str(source), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=set(codes))
    cutter.subset(font)
    if "MATH" in font:
        narrow_roots(font)
    target.parent.mkdir(parents=True, exist_ok=True)
    subset.save_font(font, str(target), options)


def narrow_roots(font: Any) -> None:
    """Give the sign of a root one width at all heights: Chromium leaves room for the widest, an ugly gap behind √x."""
    root = font.getBestCmap().get(0x221A)
    variants = font["MATH"].table.MathVariants
    if root is None or variants is None or root not in variants.VertGlyphCoverage.glyphs:
        return
    heights = variants.VertGlyphConstruction[variants.VertGlyphCoverage.glyphs.index(root)]
    names = {record.VariantGlyph for record in heights.MathGlyphVariantRecord}
    if heights.GlyphAssembly:
        names |= {part.glyph for part in heights.GlyphAssembly.PartRecords}
    for name in names:
        advance, _ = font["hmtx"][name]
        glyph = font["glyf"][name]
        glyph.coordinates.scale((ROOT_WIDTH / advance, 1))
        glyph.coordinates.toInt()
        glyph.recalcBounds(font["glyf"])
        font["hmtx"][name] = (ROOT_WIDTH, glyph.xMin)


def write_math_font(characters: str, folder: Path) -> None:
    """Write the font with these characters, their larger sizes and parts."""
    codes = {ord(c) for c in characters} | {code for first, last in ALWAYS for code in range(first, last + 1)}
    cut_font(math_font_file(), folder / MATH_FONT, codes)


def cut_icons(static: Path, sheet: str) -> None:
    """Leave in the icon fonts only the icons that the book's style sheet shows."""
    codes = {int(code, 16) for code in re.findall(r"\\([ef][0-9a-f]{3})\b", sheet)}
    codes |= {ord(letter) for letter in sheet if "\ue000" <= letter <= "\uf8ff"}
    for whole in (static / "vendor" / "fontawesome").rglob("*.ttf"):
        cut_font(whole, whole.with_suffix(".woff2"), codes)
        whole.unlink()  # for browsers that know no woff2, which are older than all else that the book needs


def write_licenses(static: Path) -> None:
    """Say beside the fonts whose they are and what one may do with them."""
    from fontTools.ttLib import TTFont

    lines = []
    for path in sorted(static.rglob("*.woff2")):
        said = {record.nameID: str(record) for record in TTFont(path)["name"].names}
        lines.append(f"{path.relative_to(static)}: a part of {said[1]}, {said[0]}")
    lines += ["The root signs of the formulas' font were made narrower.", "All are licensed as follows.", ""]
    (static / LICENSES).write_text("\n".join([*lines, open_font_license()]), encoding="utf-8")


def write_styles_and_fonts(app: Sphinx, error: Exception | None) -> None:
    """Write the style sheet; cut the icons, which Sphinx copies anew each time; write the formulas' font if it must."""
    if error or app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    pages = [page for page in sorted(Path(app.outdir).rglob("*.html")) if static not in page.parents]
    cut_icons(static, bundle_styles(static, pages, Path(app.doctreedir) / "course_styles.json"))
    characters = "".join(sorted(set("".join(vars(app.env).get("course_math", {}).values()))))
    key, known = digest(characters, repr(ALWAYS)), Path(app.doctreedir) / "course_math_font"
    if characters and not ((static / MATH_FONT).exists() and known.exists() and known.read_text() == key):
        write_math_font(characters, static)
        known.write_text(key)
    write_licenses(static)


def setup_fonts(app: Sphinx) -> None:
    """Register what writes the fonts, once the pages are there."""
    app.connect("build-finished", write_styles_and_fonts, priority=950)  # after the pages are slim
