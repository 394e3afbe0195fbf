"""Re-encode pictures from their pixels alone, without location, device, text or an embedded second file."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from io import BytesIO

from PIL import ExifTags, Image, ImageOps

from hotline.domain.errors import Refusal

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
JPEG = "image/jpeg"
# A JPEG is decoded at reduced size; the other formats are decoded in full, four bytes a pixel.
MOST_POINTS = {"image/jpeg": 120_000_000, "image/png": 25_000_000, "image/webp": 25_000_000}
SIDES = (4096, 2048)
QUALITY = 88
Image.MAX_IMAGE_PIXELS = max(MOST_POINTS.values())


class BrokenPicture(Refusal):
    """“{name}”不是完整的图片，请重新拍一张或另选一张。"""

    status = 422


class HugePicture(Refusal):
    """“{name}”的尺寸太大了，请用手机相册缩小，或截一张图再发。"""

    status = 422


@dataclass(frozen=True, slots=True)
class Picture:
    """A re-encoded picture; `place` is where it was taken, (north, east) in degrees, if its EXIF data has it."""

    content: bytes
    media_type: str
    place: tuple[float, float] | None


def reencode(content: bytes, media_type: str, name: str, most_bytes: int) -> Picture:
    """Re-encode a picture upright, at most 4096 pixels wide and high; call it in a thread, since it takes a while.

    If the result is longer than `most_bytes`, JPEG and then smaller sizes are tried. Raises BrokenPicture, HugePicture
    with the file's `name`.
    """
    try:
        with (
            warnings.catch_warnings(action="ignore"),
            Image.open(BytesIO(content), formats=(FORMATS[media_type],)) as opened,
        ):
            if opened.width * opened.height > MOST_POINTS[media_type]:
                raise HugePicture(name=name)
            place = _place_of(opened)
            opened.draft("RGB", (SIDES[0], SIDES[0]))
            upright = _plain(ImageOps.exif_transpose(opened))
    except Image.DecompressionBombError:
        raise HugePicture(name=name) from None
    # Each decoder fails in its own way on hostile bytes.
    except (OSError, ValueError, SyntaxError, KeyError, IndexError, TypeError, ArithmeticError, EOFError, MemoryError):
        raise BrokenPicture(name=name) from None
    kept, kind = _smallest(upright, media_type, most_bytes)
    return Picture(kept, kind, place)


def in_words(place: tuple[float, float]) -> str:
    """Return a location in Chinese words."""
    north, east = place
    return f"{'北' if north >= 0 else '南'}纬{abs(north):.5f}°，{'东' if east >= 0 else '西'}经{abs(east):.5f}°"


def _plain(picture: Image.Image) -> Image.Image:
    """Return the pixels in a mode every format supports, without metadata."""
    clear = "A" in picture.getbands() or "transparency" in picture.info
    plain = picture.convert("RGBA" if clear else "L" if picture.mode in ("1", "L") else "RGB")
    plain.info = {}
    return plain


def _smallest(picture: Image.Image, media_type: str, most_bytes: int) -> tuple[bytes, str]:
    """Return the picture in its own format if short enough, else as JPEG, at last at most 2048 pixels wide and high."""
    for kind, side in ((media_type, SIDES[0]), *((JPEG, side) for side in SIDES)):
        picture.thumbnail((side, side))
        written = _write(picture, kind)
        if len(written) <= most_bytes:
            break
    return written, kind


def _write(picture: Image.Image, media_type: str) -> bytes:
    buffer = BytesIO()
    if media_type == JPEG and picture.mode == "RGBA":
        ground = Image.new("RGB", picture.size, "white")
        ground.paste(picture, mask=picture.getchannel("A"))
        picture = ground
    picture.save(buffer, FORMATS[media_type], quality=QUALITY)
    return buffer.getvalue()


def _place_of(picture: Image.Image) -> tuple[float, float] | None:
    try:
        gps = picture.getexif().get_ifd(ExifTags.IFD.GPSInfo)
        north = _degrees(gps[ExifTags.GPS.GPSLatitude], gps.get(ExifTags.GPS.GPSLatitudeRef) == "S")
        east = _degrees(gps[ExifTags.GPS.GPSLongitude], gps.get(ExifTags.GPS.GPSLongitudeRef) == "W")
    except Exception:
        # An unreadable location must not make the upload fail.
        return None
    return (north, east) if -90 <= north <= 90 and -180 <= east <= 180 else None


def _degrees(parts: tuple[float, float, float], negative: bool) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    return round(-value if negative else value, 5)
