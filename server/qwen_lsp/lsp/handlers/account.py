"""`qwen.signIn`, `qwen.signOut` and `qwen.showStatus`."""

from typing import Any

from ..accounts.usage import usage_sentence, used_today
from ..arguments import Arguments, ProviderArguments, checked
from ..rpc.protocol import CommandCall
from ..session import Session


async def sign_in(session: Session, call: CommandCall) -> dict[str, Any]:
    """Begins a sign-in, or gives the code of the one that is pending."""
    return await session.sign_ins.begin(checked(ProviderArguments, call).provider)


async def sign_out(session: Session, call: CommandCall) -> dict[str, Any]:
    """Forgets the sign-in, on disk too."""
    return await session.sign_ins.forget(checked(ProviderArguments, call).provider)


async def show_status(session: Session, call: CommandCall) -> dict[str, Any]:
    """What is used and what is going on."""
    checked(Arguments, call)
    await session.credentials.look()
    status, used = session.status.full(), await used_today()
    session.editor.say(session.status.sentence() + usage_sentence(used))
    return {**status, "usage": used} if used else status
