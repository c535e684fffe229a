"""What becomes of an image file before it leaves: checked, scaled, nothing beside its pixels."""

import base64
import builtins
import io
import random
import struct
import time
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from qwen_lsp.errors import RequestError
from qwen_lsp.model import picture
from qwen_lsp.model.picture import LONGEST_SIDE, bytes_of, data_url, picture_of


def made(size: tuple[int, int], kind: str = "PNG", mode: str = "RGB", **options: Any) -> bytes:
    written = io.BytesIO()
    Image.new(mode, size, "teal").save(written, kind, **options)
    return written.getvalue()


def opened(url: str) -> Image.Image:
    head, _, coded = url.partition(",")
    assert head in ("data:image/png;base64", "data:image/jpeg;base64")
    return Image.open(io.BytesIO(base64.b64decode(coded)))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"])
def test_the_kinds_that_are_sent(kind: str) -> None:
    image = opened(data_url(made((40, 30), kind), "a"))
    assert image.size == (40, 30)
    assert image.format == "JPEG"


@pytest.mark.parametrize(
    ("mode", "kind"), [("RGBA", "PNG"), ("LA", "PNG"), ("L", "JPEG"), ("CMYK", "JPEG")]
)
def test_what_shines_through_stays(mode: str, kind: str) -> None:
    content = io.BytesIO()
    Image.new(mode, (20, 20)).save(content, "TIFF")
    assert opened(data_url(content.getvalue(), "a")).format == kind


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("1", "PNG"), ("L", "PNG"), ("P", "PNG"), ("I;16", "PNG"), ("I;16B", "TIFF"), ("I", "TIFF"),
     ("F", "TIFF"), ("LAB", "TIFF"), ("CMYK", "JPEG"), ("YCbCr", "JPEG"), ("RGB", "MPO")],
)  # fmt: skip
def test_every_kind_of_pixel(mode: str, kind: str) -> None:
    content = io.BytesIO()
    Image.new(mode, (3000, 200)).save(content, kind)
    assert opened(data_url(content.getvalue(), "a")).mode == "RGB"


@pytest.mark.parametrize(("mode", "brightest"), [("I;16", 60_000), ("I", 60_000), ("F", 1e6)])
def test_more_than_8_bits_are_not_cut_to_white(mode: str, brightest: float) -> None:
    content, image = io.BytesIO(), Image.new(mode, (40, 40), 0)
    image.putpixel((0, 0), brightest)
    image.paste(image.resize((20, 40)).point(lambda value: value * 0 + brightest / 2), (20, 0))
    image.save(content, "TIFF")
    assert opened(data_url(content.getvalue(), "a")).getpixel((35, 5)) == (127, 127, 127)


def test_of_what_moves_the_first_picture() -> None:
    pictures = [Image.new("RGB", (40, 30), color) for color in ("black", "red", "blue")]
    content = io.BytesIO()
    pictures[0].save(content, "GIF", save_all=True, append_images=pictures[1:])
    assert opened(data_url(content.getvalue(), "a")).getpixel((5, 5)) == (0, 0, 0)


def test_noise_that_shines_through_is_not_too_much_to_send() -> None:
    size = (LONGEST_SIDE, LONGEST_SIDE)
    content = io.BytesIO()
    Image.frombytes("RGBA", size, random.Random(1).randbytes(4 * size[0] * size[1])).save(
        content, "PNG", compress_level=0
    )
    url = data_url(content.getvalue(), "a")
    assert len(url) <= 10_000_000
    assert opened(url).size == (LONGEST_SIDE // 2, LONGEST_SIDE // 2)


def png(size: tuple[int, int], *more: tuple[bytes, bytes]) -> bytes:
    """A PNG that says of itself to be of `size`, with no pixel in it, and `more` parts."""
    head = struct.pack(">IIBBBBB", *size, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(bytes(30_100))), *more, (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in parts
    )


@pytest.mark.parametrize("size", [(9_000, 9_000), (50_000, 50_000), (2**31 - 1, 2**31 - 1)])
def test_small_files_that_say_to_be_huge(size: tuple[int, int]) -> None:
    begun = time.process_time()
    with pytest.raises(RequestError, match="too large"):
        data_url(png(size), "a.png")
    assert time.process_time() - begun < 0.5


@pytest.mark.parametrize("broken", [b"\xff" * 100, b"MM\0*\0\0\0\x08\xff\xff" + b"\xff" * 50, b""])
def test_what_a_camera_has_noted_wrongly_is_left_behind(broken: bytes) -> None:
    sent = opened(data_url(png((100, 100), (b"eXIf", broken)), "a"))
    assert sent.size == (100, 100)
    assert not sent.getexif()


def test_it_is_scaled() -> None:
    assert opened(data_url(made((4000, 1000)), "a")).size == (LONGEST_SIDE, LONGEST_SIDE // 4)


def test_nothing_goes_along() -> None:
    exif = Image.Exif()
    exif[0x010E] = "at home"
    exif[0x0112] = 6
    content = made((40, 30), "JPEG", exif=exif, comment=b"secret")
    sent = opened(data_url(content, "a"))
    assert sent.size == (30, 40)
    assert not sent.getexif()
    assert not {"exif", "comment"} & sent.info.keys()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "no image that can be sent"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no image that can be sent"),
        (b"%PDF-1.4", "no image that can be sent"),
        (made((40, 30))[:60], "no image that can be sent"),
        (made((400, 400), "JPEG")[:400], "no image that can be sent"),
        (made((400, 400), "GIF")[:40], "no image that can be sent"),
        (made((10, 30)), "too small"),
        (made((4000, 12)), "too small"),
        (made((12, 3000), "GIF"), "too small"),
        (made((3000, 16)), "too small"),
    ],
)
def test_what_is_not_sent(content: bytes, sentence: str) -> None:
    with pytest.raises(RequestError, match=sentence) as raised:
        data_url(content, "a.png")
    assert "a.png" in str(raised.value)


@pytest.mark.parametrize(
    "limits", [(picture, "MOST_PIXELS", 1_000), (Image, "MAX_IMAGE_PIXELS", 400)]
)
def test_a_bomb_is_not_decoded(limits: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    content = made((40, 30), "BMP")
    monkeypatch.setattr(*limits)
    monkeypatch.setattr(Image.Image, "load", lambda _: pytest.fail("it was decoded"))
    with pytest.raises(RequestError, match="too large"):
        data_url(content, "a.bmp")


def test_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.png"
    file.write_bytes(made((40, 30)))
    assert picture_of(file).startswith("data:image/jpeg;base64,")
    for other in (tmp_path, tmp_path / "none.png"):
        with pytest.raises(RequestError, match="can't be read"):
            bytes_of(other)
    monkeypatch.setattr(picture, "MOST_BYTES", 10)
    with pytest.raises(RequestError, match="too large"):
        bytes_of(file)


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    imported = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "PIL":
            raise ImportError(name)
        return imported(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(RequestError, match="install the extra images"):
        data_url(b"x", "a.png")
