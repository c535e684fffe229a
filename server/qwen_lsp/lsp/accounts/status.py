"""What the status bar of a client shows."""

from contextlib import suppress
from typing import Any

from lsprotocol import types

from ...account.signed_in import SignedIn
from ...errors import NotSignedIn, QwenError
from ...perform import Outcome
from ...services.services import Chosen, Services
from ..client.client import Editor
from ..configuration import Configuration
from ..jobs.job import Jobs


class Status:
    """The state of the session, sent to clients that want it whenever it changes."""

    def __init__(
        self, editor: Editor, configuration: Configuration, services: Services, jobs: Jobs
    ) -> None:
        self._editor, self._configuration = editor, configuration
        self._services, self._jobs = services, jobs
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
        with suppress(QwenError):
            account = self._chosen().account
            self.warn(account.message if isinstance(account, SignedIn) else None)
        self.changed()

    def changed(self) -> None:
        """Something that it shows may have changed."""
        if not self._may_be_sent:
            return
        status = self.value()
        if status != self._sent and self._editor.announces("status"):
            self._sent = status
            self._editor.notify("qwen/status", status)

    def value(self) -> dict[str, Any]:
        """The contract's `qwen/status`."""
        jobs = len(self._jobs.running)
        try:
            chosen = self._chosen()
        except QwenError as error:
            state = "signedOut" if isinstance(error, NotSignedIn) else "trouble"
            return {"state": state, "jobs": jobs, "message": str(error)}
        state = "trouble" if self._trouble else "ready"
        if jobs or not chosen.is_paid_for:
            state = "working" if jobs else "signedOut"
        value: dict[str, Any] = {
            "state": state,
            "provider": chosen.provider.id,
            "model": chosen.default_model,
            "jobs": jobs,
        }
        if chosen.account_name:
            value["account"] = chosen.account_name
        if self._trouble:
            value["message"] = self._trouble
        if chosen.provider.requests_per_minute or chosen.provider.requests_per_day:
            value["quota"] = quota_of(chosen)
        return value

    def warn(self, message: str | None) -> None:
        """Says once what is wrong with keeping the sign-in, if anything is."""
        if message and message != self._warned:
            self._editor.say(message, types.MessageType.Warning)
        self._warned = message

    def _chosen(self) -> Chosen:
        """The service that the settings lead to. Raises QwenError."""
        return self._services.chosen(self._configuration.settings)

    def _is_paid_for(self) -> bool:
        try:
            return self._chosen().is_paid_for
        except QwenError:
            return False

    def full(self) -> dict[str, Any]:
        """The status, how many requests there were, and where each value comes from."""
        value, sources = self.value(), self._configuration.sent.sources()
        with suppress(QwenError):
            chosen = self._chosen()
            value["quota"] = quota_of(chosen)
            sources["provider"] = chosen.source
            sources["model"] = chosen.named_model.source
            if key := chosen.key_source:
                sources["key"] = key
        return {**value, "sources": sources}

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
        model = f"Qwen: {value['model'] or 'no model'} on {value['provider']}{account}"
        sent = _sent(value["quota"]) if "quota" in value else ""
        return f"{model}; {jobs}{sent}.{signed_out}{trouble}"


def quota_of(chosen: Chosen) -> dict[str, int]:
    """The requests that were sent from here, and what the provider allows where that is known."""
    counts, provider = chosen.limiters.counts, chosen.provider
    known = {
        "minute": counts.minute,
        "perMinute": provider.requests_per_minute,
        "day": counts.day,
        "perDay": provider.requests_per_day,
    }
    return {name: count for name, count in known.items() if count is not None}


def _sent(quota: dict[str, int]) -> str:
    """The counts that there is a limit for."""
    said = [
        f"{quota[unit]} of {quota[limit]:,} requests from this editor in the last {unit}"
        for unit, limit in (("minute", "perMinute"), ("day", "perDay"))
        if limit in quota
    ]
    return "".join(f", {each}" for each in said)
