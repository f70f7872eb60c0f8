"""PDF files written by hand, for tests: Helvetica at given places, one content stream a page."""

from __future__ import annotations

from collections.abc import Sequence

_HEBREW = (
    "/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <ff> endcodespacerange "
    "1 beginbfrange <61> <7a> <05D0> endbfrange 1 beginbfrange <20> <40> <0020> endbfrange endcmap end"
)
PICTURE = "q 200 0 0 200 100 400 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x00 EI Q"


def line(x: float, y: float, text: str, size: float = 10, font: str = "F1") -> str:
    """The operators that draw one line. Font ``F2`` draws a to z as the letters from alef on."""
    escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /{font} {size} Tf 1 0 0 1 {x} {y} Tm ({escaped}) Tj ET"


def pdf(
    pages: Sequence[Sequence[str]], *, info: str = "", catalog: str = "", trailer: str = "", xmp: str = ""
) -> bytes:
    """A PDF with the given operators on each page; the other arguments are put into the dictionaries of that name."""
    kids = " ".join(f"{6 + 2 * i} 0 R" for i in range(len(pages)))
    objects = [
        f"<</Type/Catalog/Pages 2 0 R{catalog}>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding/ToUnicode 5 0 R>>",
        f"<</Length {len(_HEBREW)}>>stream\n{_HEBREW}\nendstream",
    ]
    for i, operators in enumerate(pages):
        drawn = "\n".join(operators)
        fonts = "<</Font<</F1 3 0 R/F2 4 0 R>>>>"
        place = f"/MediaBox[0 0 600 800]/Resources{fonts}/Contents {7 + 2 * i} 0 R"
        objects += [f"<</Type/Page/Parent 2 0 R{place}>>", f"<</Length {len(drawn)}>>stream\n{drawn}\nendstream"]
    objects += [f"<<{info}>>", f"<</Type/Metadata/Subtype/XML/Length {len(xmp)}>>stream\n{xmp}\nendstream"]
    body, offsets = "%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    end = (
        f"<</Size {len(objects) + 1}/Root 1 0 R/Info {len(objects) - 1} 0 R{trailer}>>\nstartxref\n{len(body)}\n%%EOF\n"
    )
    return f"{body}xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n{end}".encode("latin-1")
