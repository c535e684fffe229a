"""What is wrong with the settings that a client sent, in words that name each setting."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from .options import Options


def faults_in(section: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with each setting, or group of settings, in words that begin with its name."""
    try:
        Options.model_validate(section)
    except ValidationError as invalid:
        return {
            str(error["loc"][0]): f"{_name(error['loc'])} {_said(error['msg'])}"
            for error in invalid.errors(include_url=False, include_input=False)
        }
    return {}


def _name(place: tuple[int | str, ...]) -> str:
    return ".".join(part for part in place if isinstance(part, str))


def _said(message: str) -> str:
    plain = message.replace("Input should", "should")
    return re.sub(r"a valid dictionary or instance of \w+", "an object", plain)
