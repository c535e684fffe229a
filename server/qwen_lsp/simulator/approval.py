"""The page on which a user approves a sign-in, or does not. It says that it is simulated."""

from html import escape

from .authorization import DeviceAuthorization

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>
body {{ font: 1.05rem/1.5 system-ui, sans-serif; max-width: 30rem; margin: 12vh auto; }}
code {{ font-size: 1.6rem; letter-spacing: .12em; }}
button {{ font: inherit; padding: .4rem 1.2rem; margin-right: .6rem; }}
small {{ color: #666; }}
</style>
</head>
<body>
<h1>{title}</h1>
{body}
<p><small>This page is a simulation by qwen-lsp on your own machine. It is not Qwen’s, there is no
account behind it, and nothing leaves this machine.</small></p>
</body>
</html>
"""
_FORM = """<p>An editor asks to be signed in. Does it show this code?</p>
<p><code>{code}</code></p>
<form method="post" action="/authorize">
<input type="hidden" name="user_code" value="{code}">
<input type="hidden" name="client" value="{client}">
<input type="hidden" name="ticket" value="{ticket}">
<button name="decision" value="approve">Approve</button>
<button name="decision" value="deny">Deny</button>
</form>
"""


def question(attempt: DeviceAuthorization, client: str) -> str:
    """The page with the code and the two buttons."""
    form = _FORM.format(
        code=escape(attempt.user_code), client=escape(client), ticket=escape(attempt.ticket)
    )
    return page("Simulated sign-in", form)


def page(title: str, body: str) -> str:
    """A page; `body` is HTML."""
    return _PAGE.format(title=escape(title), body=body)
