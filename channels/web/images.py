"""Pictures made anew from their points alone: no place, no device, no words and no second file hidden in them."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from io import BytesIO

from PIL import ExifTags, Image, ImageOps

from hotline.domain.errors import Refusal

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
JPEG = "image/jpeg"
# A JPEG is read at a fraction of its size; the other kinds have to be unfolded whole, four bytes a point.
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
    """A picture made anew; `place` is where it was taken, (north, east) in degrees, when it told."""

    content: bytes
    media_type: str
    place: tuple[float, float] | None


def reencode(content: bytes, media_type: str, name: str, most_bytes: int) -> Picture:
    """Draw the picture anew, upright, at most 4096 points wide and `most_bytes` long; takes a thread a while.

    Raises BrokenPicture and HugePicture with the file's `name`.
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
    # Every decoder has its own way of failing on hostile bytes; none of them is a fault of ours.
    except (OSError, ValueError, SyntaxError, KeyError, IndexError, TypeError, ArithmeticError, EOFError, MemoryError):
        raise BrokenPicture(name=name) from None
    kept, kind = _smallest(upright, media_type, most_bytes)
    return Picture(kept, kind, place)


def in_words(place: tuple[float, float]) -> str:
    """Where a photo was taken, as a person reads it."""
    north, east = place
    return f"{'北' if north >= 0 else '南'}纬{abs(north):.5f}°，{'东' if east >= 0 else '西'}经{abs(east):.5f}°"


def _plain(picture: Image.Image) -> Image.Image:
    """The points in a mode every format knows, and nothing beside them."""
    clear = "A" in picture.getbands() or "transparency" in picture.info
    plain = picture.convert("RGBA" if clear else "L" if picture.mode in ("1", "L") else "RGB")
    plain.info = {}
    return plain


def _smallest(picture: Image.Image, media_type: str, most_bytes: int) -> tuple[bytes, str]:
    """As it came when that is short enough, else as a JPEG, smaller at last."""
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
        told = picture.getexif().get_ifd(ExifTags.IFD.GPSInfo)
        north = _degrees(told[ExifTags.GPS.GPSLatitude], told.get(ExifTags.GPS.GPSLatitudeRef) == "S")
        east = _degrees(told[ExifTags.GPS.GPSLongitude], told.get(ExifTags.GPS.GPSLongitudeRef) == "W")
    except Exception:
        # A place nobody can read is no place: it must not cost the person the photo.
        return None
    return (north, east) if -90 <= north <= 90 and -180 <= east <= 180 else None


def _degrees(told: tuple[float, float, float], negative: bool) -> float:
    degrees, minutes, seconds = (float(part) for part in told)
    value = degrees + minutes / 60 + seconds / 3600
    return round(-value if negative else value, 5)
