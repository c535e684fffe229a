"""`qwen.setUp`."""

from typing import Any

from ..arguments import ChoiceArguments, checked
from ..rpc.protocol import CommandCall
from ..session import Session


async def set_up(session: Session, call: CommandCall) -> dict[str, Any]:
    """Leads to a first answer."""
    return await session.set_ups.begin(checked(ChoiceArguments, call))
