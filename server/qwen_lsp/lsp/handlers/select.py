"""`qwen.selectProvider` and `qwen.selectModel`."""

from typing import Any

from ..arguments import ChoiceArguments, checked
from ..rpc.protocol import CommandCall
from ..session import Session


async def select_provider(session: Session, call: CommandCall) -> dict[str, Any]:
    """Chooses a service; asks for one where none is named."""
    return await session.picker.provider(checked(ChoiceArguments, call))


async def select_model(session: Session, call: CommandCall) -> dict[str, Any]:
    """Chooses a model; asks for one where none is named."""
    return await session.picker.model(checked(ChoiceArguments, call))
