"""A file with an image becomes what a model may be sent: decoded, checked, small, without more.

Needs the extra `images`. Takes long: for a thread of its own. What a camera notes beside an image,
such as the place, is left behind, because only its pixels are written anew.
"""

import base64
import io
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from qwen_lsp.errors import RequestError

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 1_536
SHORTEST_SIDE = 11
"""A side must have more than 10 pixels (qwen-services, 5.5)."""
MOST_RATIO = 200
MOST_SENT = 10_000_000
"""Characters of an image as it is sent (qwen-services, 5.5)."""
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")

NO_LIBRARY = "To send an image, install the extra images: pip install 'qwen-lsp[images]'."
NOT_READ = "The image {name} can't be read; look whether it is there and you may read it."
TOO_LARGE = "The image {name} is too large; at most 20 MB and 50 million pixels are sent."
NOT_ONE = "{name} is no image that can be sent: PNG, JPEG, WebP, GIF, BMP and TIFF are."
TOO_NARROW = (
    "The image {name} is too small or too narrow for a model: it takes more than 10 pixels a side, "
    "and no side 200 times the other."
)


def picture_of(path: Path) -> str:
    """The image in the file as a `data:` URL. Raises RequestError."""
    return data_url(bytes_of(path), path.name)


def bytes_of(path: Path) -> bytes:
    """What the file holds. Raises RequestError where it can't be read or is too large."""
    try:
        if not path.is_file():
            raise RequestError(NOT_READ.format(name=path.name))
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError:
        raise RequestError(NOT_READ.format(name=path.name)) from None
    if len(content) > MOST_BYTES:
        raise RequestError(TOO_LARGE.format(name=path.name))
    return content


def data_url(content: bytes, name: str) -> str:
    """The image, scaled so that its longer side has at most 1,536 pixels. Raises RequestError."""
    try:
        from PIL import Image
    except ImportError:
        raise RequestError(NO_LIBRARY) from None
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
            _check(opened.size, name)
            opened.load()
            image = _in_eight_bits(_upright(opened))
    except RequestError:
        raise
    except Image.DecompressionBombError:
        raise RequestError(TOO_LARGE.format(name=name)) from None
    except Exception:  # noqa: BLE001 - a decoder fails in as many ways as there are files
        raise RequestError(NOT_ONE.format(name=name)) from None
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    _check_sides(image.size, name)
    while len(url := _url_of(image)) > MOST_SENT:
        image = image.reduce(2)
    return url


def _check(size: tuple[int, int], name: str) -> None:
    """Before anything is decoded: a small file may hold billions of pixels."""
    if size[0] * size[1] > MOST_PIXELS:
        raise RequestError(TOO_LARGE.format(name=name))
    _check_sides(size, name)


def _check_sides(size: tuple[int, int], name: str) -> None:
    if min(size) < SHORTEST_SIDE or max(size) > MOST_RATIO * min(size):
        raise RequestError(TOO_NARROW.format(name=name))


def _upright(image: "Image") -> "Image":
    """The image turned as its camera was held. Where that can't be read, it is as it is."""
    from PIL import ImageOps

    with suppress(Exception):
        return ImageOps.exif_transpose(image)
    return image


def _in_eight_bits(image: "Image") -> "Image":
    """The image in `RGB`, or `RGBA` where something shines through.

    What has more than 8 bits a pixel, as scans have, would be cut to white.
    """
    if image.mode[0] in "IF":
        grey = image if image.mode == "F" else image.convert("I").convert("F")
        brightest = max(255.0, *(float(each) for each in grey.getextrema()))  # type: ignore[arg-type]
        image = grey.point(lambda value: value * (255 / brightest))
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _url_of(image: "Image") -> str:
    """As PNG where something shines through, else as JPEG; nothing but its pixels goes along."""
    image.info.clear()
    written = io.BytesIO()
    kind = "png" if image.mode == "RGBA" else "jpeg"
    image.save(written, kind, quality=88)
    return f"data:image/{kind};base64,{base64.b64encode(written.getvalue()).decode('ascii')}"
