"""What becomes of an image file before it leaves: checked, scaled, nothing beside its pixels."""

import base64
import builtins
import io
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
