"""The image that an action is about: who looks at it, where it lies, and how it gets there."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from ..actions.images import MOST_ROWS, Image, defined, image_in, rows_of_image
from ..errors import QwenError, RequestError
from ..model.catalog.families import sees
from ..model.chat import Request
from ..services.services import Chosen, Services
from ..settings.settings import Settings
from ..text.document import Document
from ..text.enclosing import Rows
from .request import JobRequest, SourceFile

NOT_LOCAL = "Only images in the folders of the workspace are sent, and this one is not in them."
UNDEFINED = "What [{label}] is, this file does not say; write a line “[{label}]: PATH” into it."
NO_EYES = (
    "{model} is not known to look at images; set qwen.model to one that does, or choose another "
    "service."
)


def may_be_shown(
    services: Services, settings: Settings, text: Document, language: str, rows: Rows
) -> bool:
    """Whether there is an image, and a model that looks at images; by what is in memory."""
    if _image_at(text, language, rows) is None:
        return False
    try:
        chosen = services.chosen(settings)
    except QwenError:
        return False
    return bool(_who_sees(chosen.default_model, chosen))


async def shown(
    job_request: JobRequest, request: Request, chosen: Chosen, folders: Sequence[Path]
) -> Request:
    """`request` with the image that the job is about, to a model that looks at it.

    `folders` are those of the workspace, which the image has to lie in.
    Raises RequestError where there is none, or the image can't be sent.
    """
    image = job_request.image
    if image is None:
        return request
    model = job_request.model or _who_sees(request.model, chosen)
    if not model:
        raise RequestError(NO_EYES.format(model=request.model or chosen.provider.name))
    source, path = _source(image, job_request.file), _path_of(job_request.file.uri)
    url = await asyncio.to_thread(_url_of, source, path, folders)
    *before, last = request.messages
    return replace(request, model=model, messages=(*before, replace(last, image=url)))


def file_of(source: str, document: Path, folders: Sequence[Path]) -> Path:
    """The file that `source` names in a document. A link that leads out of the folders is none.

    Raises RequestError where it lies outside of them.
    """
    try:
        parts = urlsplit(source)
        named = unquote(parts.path)
        roots = [folder.resolve() for folder in folders]
        is_path = bool(named) and "\\" not in named and not parts.scheme and not parts.netloc
        beginnings = roots if named.startswith("/") else [document.parent]
        for beginning in beginnings if is_path else []:
            path = (beginning / named.lstrip("/")).resolve()
            if any(path.is_relative_to(root) for root in roots):
                return path
    except (OSError, ValueError, RuntimeError):
        pass
    raise RequestError(NOT_LOCAL)


def _image_at(text: Document, language: str, at: Rows) -> Image | None:
    line, count = text.line, len(text.lines)
    first, last = at[0], min(at[1], count)
    if first >= count:
        return None
    rows = range(first, min(last, first + MOST_ROWS))
    if len(rows) == 1:
        rows = rows_of_image(line, count, first, language)
    return image_in([line(row) for row in rows], language=language)


def _source(image: Image, file: SourceFile) -> str:
    """What the image's author names. Raises RequestError where that is defined nowhere."""
    source = image.source or defined(image.label, file.text.lines)
    if source is None:
        raise RequestError(UNDEFINED.format(label=image.label))
    return source


def _who_sees(model: str, chosen: Chosen) -> str:
    """The model that looks at images, of the one that is named and the service's own for it."""
    return model if sees(model) else chosen.provider.vision_model


def _url_of(source: str, document: Path | None, folders: Sequence[Path]) -> str:
    from ..model.picture import picture_of

    if document is None:
        raise RequestError(NOT_LOCAL)
    return picture_of(file_of(source, document, folders))


def _path_of(uri: str) -> Path | None:
    parts = urlsplit(uri)
    is_here = parts.scheme == "file" and parts.netloc in ("", "localhost")
    return Path(url2pathname(parts.path)) if is_here else None
