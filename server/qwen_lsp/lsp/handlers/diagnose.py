"""`qwen.diagnose`."""

from typing import Any

from ..arguments import Arguments, checked
from ..rpc.protocol import CommandCall
from ..session import Session


async def diagnose(session: Session, call: CommandCall) -> dict[str, Any]:
    """Looks into all between the editor and a model."""
    checked(Arguments, call)
    return await session.diagnosing.answer()
