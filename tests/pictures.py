"""Real pictures and documents for tests of uploads, with what hides in them."""

from __future__ import annotations

import zipfile
from io import BytesIO

from PIL import Image
from PIL.PngImagePlugin import PngInfo

# In the demonstration no telephone was ever here: the middle of a desert.
NORTH, EAST = 39.5, 83.25
HIDDEN = "藏在照片里的王小明"


def a_png(colour: int = 0, size: tuple[int, int] = (8, 6)) -> bytes:
    """A small PNG; another colour is another file."""
    told = PngInfo()
    told.add_text("Comment", HIDDEN)
    return _saved(Image.new("RGB", size, (colour % 256, colour // 256, 90)), "PNG", pnginfo=told)


def a_jpeg(size: tuple[int, int] = (80, 40), *, turned: bool = True, place: bool = True) -> bytes:
    """A photo as a telephone writes it: lying on its side, with place, device, words and an appended file."""
    exif = Image.Exif()
    exif[0x010F] = HIDDEN
    if turned:
        exif[0x0112] = 6
    if place:
        exif.get_ifd(0x8825).update({1: "N", 2: (39.0, 30.0, 0.0), 3: "E", 4: (83.0, 15.0, 0.0)})
    picture = Image.new("RGB", size, (200, 30, 30))
    return (
        _saved(picture, "JPEG", exif=exif, comment=HIDDEN.encode(), icc_profile=HIDDEN.encode()) + b"PK\x03\x04appended"
    )


def a_webp() -> bytes:
    """A small WebP that tells its place."""
    exif = Image.Exif()
    exif[0x010F] = HIDDEN
    return _saved(Image.new("RGBA", (9, 9), (1, 2, 3, 100)), "WEBP", exif=exif, xmp=HIDDEN.encode())


def a_bomb() -> bytes:
    """A PNG of a few kilobytes that unfolds to 100 million points."""
    return _saved(Image.new("1", (10_000, 10_000)), "PNG")


def a_docx(*more: str) -> bytes:
    """A Word document by its inner names, with `more` of them."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in ("[Content_Types].xml", "word/document.xml", *more):
            archive.writestr(name, "<x/>")
    return buffer.getvalue()


def _saved(picture: Image.Image, kind: str, **told: object) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, kind, **told)
    return buffer.getvalue()
