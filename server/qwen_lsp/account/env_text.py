"""What an .env file says, taken literally: a `${NAME}` in it stands for itself."""

import io
import logging
from collections.abc import Mapping


def variables_in(text: bytes) -> Mapping[str, str]:
    """The variables that the file sets. What is not UTF-8, or not to be read, sets none."""
    from dotenv import dotenv_values

    # It would log the numbers of lines that it can't read; the file is not ours to complain of.
    logging.getLogger("dotenv.main").setLevel(logging.CRITICAL)
    try:
        stream = io.StringIO(text.decode("utf-8-sig"))
        found = dotenv_values(stream=stream, interpolate=False)
    except ValueError:
        return {}
    return {name: value for name, value in found.items() if value is not None}
