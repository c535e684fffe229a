"""What the status bar of a client shows."""

from typing import TYPE_CHECKING, Any

from lsprotocol import types

from ..errors import NotSignedIn, QwenError
from ..perform import Outcome

if TYPE_CHECKING:
    from .session import Session


QWEN_CODES = "the settings of Qwen Code"


class Status:
    """The state of the session, sent to clients that want it whenever it changes."""

    def __init__(self, session: "Session") -> None:
        self._session = session
        self._trouble = ""
        self._warned: str | None = None
        self._sent: dict[str, Any] | None = None
        self._may_be_sent = False

    def begin(self) -> None:
        """From now on it may be sent: the client has said `initialized`."""
        self._may_be_sent = True
        self.changed()

    def job_ended(self, outcome: Outcome) -> None:
        """A job has ended: a failure is shown until one ends well.

        One for want of a sign-in or a key is not: the state says so, and for as long as it is so.
        """
        if outcome.ended in ("failed", "done", "answered"):
            is_trouble = outcome.ended == "failed" and self._is_paid_for()
            self._trouble = outcome.message if is_trouble else ""
        self._warn()
        self.changed()

    def changed(self) -> None:
        """Something that it shows may have changed."""
        if not self._may_be_sent:
            return
        status = self.value()
        if status != self._sent and self._session.editor.announces("status"):
            self._sent = status
            self._session.editor.notify("qwen/status", status)

    def value(self) -> dict[str, Any]:
        """The contract's `qwen/status`."""
        settings, jobs = self._session.settings, len(self._session.jobs.running)
        try:
            chosen = self._session.services.chosen(settings)
        except QwenError as error:
            state = "signedOut" if isinstance(error, NotSignedIn) else "trouble"
            return {"state": state, "jobs": jobs, "message": str(error)}
        state = "trouble" if self._trouble else "ready"
        if jobs or not chosen.is_paid_for:
            state = "working" if jobs else "signedOut"
        value: dict[str, Any] = {
            "state": state,
            "provider": chosen.provider.id,
            "model": settings.model or chosen.default_model,
            "jobs": jobs,
        }
        if chosen.account_name:
            value["account"] = chosen.account_name
        if self._trouble:
            value["message"] = self._trouble
        return value

    def _warn(self) -> None:
        """Says once what is wrong with keeping the sign-in."""
        try:
            account = self._session.services.chosen(self._session.settings).account
        except QwenError:
            return
        if account.message and account.message != self._warned:
            self._session.editor.say(account.message, types.MessageType.Warning)
        self._warned = account.message

    def _is_paid_for(self) -> bool:
        try:
            return self._session.services.chosen(self._session.settings).is_paid_for
        except QwenError:
            return False

    def full(self) -> dict[str, Any]:
        """The status, and where its values come from."""
        settings = self._session.settings
        value = self.value()
        if "provider" in value:
            chosen = self._session.services.chosen(settings)
            found = QWEN_CODES if chosen.is_qwen_codes else "the only one found"
            default = QWEN_CODES if chosen.named_model else "the provider's default"
            value["sources"] = {
                "provider": "qwen.provider" if settings.provider != "auto" else found,
                "model": "qwen.model" if settings.model else default,
            }
        return value

    def sentence(self) -> str:
        """The status in one sentence."""
        value = self.value()
        if "provider" not in value:
            return str(value["message"])
        account = f", {value['account']}" if "account" in value else ""
        jobs = {0: "nothing is running", 1: "1 job is running"}.get(
            value["jobs"], f"{value['jobs']} jobs are running"
        )
        signed_out = " Nobody is signed in." if value["state"] == "signedOut" else ""
        trouble = f" Last trouble: {value['message']}" if "message" in value else ""
        model = f"Qwen: {value['model']} on {value['provider']}{account}"
        return f"{model}; {jobs}.{signed_out}{trouble}"
