"""Everything worth telling the user, as one tree.

    QwenError               its text is the sentence that the user reads; it says what to do
    ├── RequestError        what was asked for can't be done as asked
    ├── AccountError        nobody pays for the request
    │   ├── NotSignedIn     no sign-in and no key
    │   ├── SignInDenied    the user refused, or the service did
    │   ├── SignInExpired   the code was not entered in time
    │   └── CredentialRefused   the service no longer accepts the sign-in or the key
    └── ModelError          the service gave no whole reply
        ├── Unreachable     no connection, or it broke before the reply began
        ├── Unauthorized    401: the credential was refused; renewed once, then CredentialRefused
        ├── ServiceRefused  an HTTP error, an error in the stream, a page in place of a reply
        └── ReplyCut        the stream ended before the reply did

Anything else is a fault of ours: it is logged with its traceback and shown as `UNEXPECTED`.
"""

from typing import Literal

UNEXPECTED = "Qwen ran into a problem; see the log."

Meaning = Literal[
    "rate", "quota", "used up", "billing", "plan", "permission", "account", "filter", "too long",
    "tokens", "model", "address", "proxy", "page", "loading", "trouble", "cut", "silent", "limit",
    "empty", "too much", "other",
]  # fmt: skip
"""What a failure of a model comes down to.

`rate` and `quota` pass, or may; `used up`, `billing`, `plan` and `permission` are the account's.
`tokens` were asked for in a number that the service refuses; a reply that ended at its number is
at its `limit`. `cut` broke off or was garbled, of `silent` nothing came in time.
"""


class QwenError(Exception):
    """An error whose text is the one sentence that the user reads."""


class RequestError(QwenError):
    """What was asked for can't be done as asked."""


class AccountError(QwenError):
    """Nobody pays for the request."""


class NotSignedIn(AccountError):
    """There is no sign-in and no key."""


class SignInDenied(AccountError):
    """The user refused the sign-in, or the service did."""


class SignInExpired(AccountError):
    """The code was not entered in time."""


class CredentialRefused(AccountError):
    """The service no longer accepts the sign-in or the key."""


class ModelError(QwenError):
    """The service gave no whole reply.

    `after` is the pause in seconds that it has asked for, `over` the tokens that were too many.
    `is_final`: it has said that asking again is of no use. `request_id` is what it calls the
    request, for whoever runs it.
    """

    def __init__(
        self,
        sentence: str,
        *,
        meaning: Meaning = "other",
        after: float | None = None,
        over: int | None = None,
        is_final: bool = False,
        request_id: str = "",
    ) -> None:
        super().__init__(sentence)
        self.meaning, self.after, self.over = meaning, after, over
        self.is_final, self.request_id = is_final, request_id


class Unreachable(ModelError):
    """There was no connection, or it broke before the reply began."""


class Unauthorized(ModelError):
    """The service refused the credential (HTTP 401)."""


class ServiceRefused(ModelError):
    """The service answered with an error, or with a page in place of a reply."""


class ReplyCut(ModelError):
    """The stream ended before the reply did."""
