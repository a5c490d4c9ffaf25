"""Makes the two fonts of the page from their published sources. Run by hand, when a character is missing:

    pip install fonttools brotli
    npm pack inter-ui@4.1.1 @fontsource/noto-sans-math@5.3.0 @fontsource/noto-sans-symbols-2@5.3.0
    for archive in *.tgz; do mkdir -p "${archive%.tgz}"; tar xzf "$archive" -C "${archive%.tgz}"; done
    python assets/fonts/subset.py <the folder with the three unpacked archives>

Inter gives the letters; the few signs it lacks come from Noto Sans Math and Noto Sans Symbols 2 (one weight only).
Digits are all equally wide, so that numbers that change do not dance. The tilde letters of the theory are glyphs of
their own: a letter followed by U+0303 becomes one where text is shaped, and they also stand in private use for whoever
draws text without shaping: U+E000 η̃, U+E001 θ̃, U+E002 ṽ, U+E003 w̃, U+E004 ε̃.
"""

import sys
from pathlib import Path

from fontTools.otlLib.builder import buildLigatureSubstSubtable
from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables import otTables

TEXT = (
    "αβγδεζηθικλμνξοπρςστυφχψωϑϕϵ" "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ"
    "\u0302\u0303\u0304ñũẽṽŵ"
    "−×÷·±≤≥≈≠√∞‖∥∝∼≡≪≫∂∇∑∏∫∈⌈⌉⌊⌋⟨⟩←→↑↓↔⇒↺↻⋯⋮"
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵗᵏˣ₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ"
    "…–—‘’“”‚„•°′″‰№€\u2009\u200a\u202f\u2007"
    "▶⏵⏸⏭⏮■□●○◆▲▼◀✓✕⚠☰☀☾"
)
WANTED = {*range(0x20, 0x7F), *(set(range(0xA0, 0x100)) - {0xAD}), *map(ord, TEXT)}
# Titles and numbers are bold; what else stands in them falls back to the regular weight.
BOLD = {*range(0x20, 0x7F), *map(ord, "αβγδεηθκλμνπρστφψω" "\u0303ṽw̃−×÷·±≤≥≈≠√∞‖→⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻₀₁₂₃₄₅₆₇₈₉…–—‘’“”′✓✕\u00a0\u2009\u202f\u2007")}
TILDES = {0xE000: "η", 0xE001: "θ", 0xE002: "v", 0xE003: "w", 0xE004: "ε"}


def bounds(font, name):
    pen = BoundsPen(font.getGlyphSet())
    font.getGlyphSet()[name].draw(pen)
    return pen.bounds


def tabular_digits(font):
    """Points the digits of the cmap at the glyphs that the feature `tnum` would choose."""
    gsub = font["GSUB"].table
    lookups = {i for r in gsub.FeatureList.FeatureRecord if r.FeatureTag == "tnum" for i in r.Feature.LookupListIndex}
    swap = {}
    for index in lookups:
        for subtable in gsub.LookupList.Lookup[index].SubTable:
            swap.update(getattr(subtable, "ExtSubTable", subtable).mapping)
    for table in font["cmap"].tables:
        for code in range(ord("0"), ord("9") + 1):
            # Tables may share one dictionary: the second visit finds it done.
            table.cmap[code] = swap.get(table.cmap[code], table.cmap[code])


def add_glyph(font, code, glyph, advance):
    name = f"uni{code:04X}"
    font.setGlyphOrder([*font.getGlyphOrder(), name])
    font["glyf"][name] = glyph
    font["hmtx"][name] = (advance, getattr(glyph, "xMin", 0))
    for table in font["cmap"].tables:
        table.cmap[code] = name


def borrow(font, donor, code):
    """Takes the outline of `code` from `donor`, scaled to the units of `font`."""
    scale = font["head"].unitsPerEm / donor["head"].unitsPerEm
    name = donor.getBestCmap()[code]
    drawn, pen = DecomposingRecordingPen(donor.getGlyphSet()), TTGlyphPen(None)
    donor.getGlyphSet()[name].draw(drawn)
    drawn.replay(TransformPen(pen, (scale, 0, 0, scale, 0, 0)))
    add_glyph(font, code, pen.glyph(), round(donor["hmtx"][name][0] * scale))


def with_tilde(font, code, letter):
    """The letter with the tilde as far above its ink as in ñ, centred."""
    cmap, glyphs = font.getBestCmap(), font.getGlyphSet()
    base, tilde = cmap[ord(letter)], cmap[0x303]
    low, high, ink, mark = (bounds(font, x) for x in (cmap[ord("n")], cmap[ord("ñ")], base, tilde))
    gap = high[3] - (mark[3] - mark[1]) - low[3]
    shift = round((ink[0] + ink[2] - mark[0] - mark[2]) / 2), round(ink[3] + gap - mark[1])
    pen = TTGlyphPen(None)
    for name, offset in ((base, (0, 0)), (tilde, shift)):
        drawn = DecomposingRecordingPen(glyphs)
        glyphs[name].draw(drawn)
        drawn.replay(TransformPen(pen, (1, 0, 0, 1, *offset)))
    add_glyph(font, code, pen.glyph(), font["hmtx"][base][0])


def compose_tildes(font):
    """Lets the letter followed by U+0303 become the letter with its tilde: Inter has no anchors on Greek letters."""
    gsub, cmap = font["GSUB"].table, font.getBestCmap()
    lookup = otTables.Lookup()
    lookup.LookupFlag, lookup.LookupType = 0, 4
    pairs = {(cmap[ord(letter)], cmap[0x303]): f"uni{code:04X}" for code, letter in TILDES.items()}
    lookup.SubTable = [buildLigatureSubstSubtable(pairs)]
    lookup.SubTableCount = 1
    gsub.LookupList.Lookup.append(lookup)
    index = gsub.LookupList.LookupCount = len(gsub.LookupList.Lookup)
    for record in gsub.FeatureList.FeatureRecord:
        if record.FeatureTag == "ccmp" and index - 1 not in record.Feature.LookupListIndex:
            record.Feature.LookupListIndex.append(index - 1)
            record.Feature.LookupCount = len(record.Feature.LookupListIndex)


def build(source, donors, out, wanted):
    font = TTFont(source, recalcTimestamp=False)
    tabular_digits(font)
    missing = []
    for code in sorted(wanted - set(font.getBestCmap())):
        donor = next((d for d in donors if code in d.getBestCmap()), None)
        if donor:
            borrow(font, donor, code)
        else:
            missing.append(f"U+{code:04X} {chr(code)}")
    for code, letter in TILDES.items():
        with_tilde(font, code, letter)
    compose_tildes(font)
    font["glyf"].glyphOrder = font.getGlyphOrder()

    options = Options(hinting=False, layout_features=["kern", "mark", "ccmp"], name_IDs=[0, 1, 2, 4, 6, 13, 14])
    options.notdef_outline, options.drop_tables = True, ["DSIG", "STAT", "meta"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=wanted | set(TILDES))
    subsetter.subset(font)
    font.flavor = None
    font.save(out)
    print(f"{out}: {out.stat().st_size} bytes, {len(font.getBestCmap())} characters, missing: {missing or 'none'}")


def main():
    sources, here = Path(sys.argv[1]), Path(__file__).parent
    donors = [TTFont(next(sources.glob(f"**/{name}"))) for name in (
        "noto-sans-math-latin-400-normal.woff2", "noto-sans-symbols-2-symbols-400-normal.woff2")]
    for weight, wanted in (("Regular", WANTED), ("SemiBold", BOLD)):
        build(next(sources.glob(f"**/web/Inter-{weight}.woff2")), donors, here / f"Inter-{weight}.ttf", wanted)


if __name__ == "__main__":
    main()
