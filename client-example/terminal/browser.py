"""What a user does in the browser while signing in."""

import re
import webbrowser

import httpx

_FIELD = re.compile(r'name="(\w+)" value="([^"]*)"')


async def approve(address: str) -> None:
    """Opens the simulator's page and presses Approve, as a user would. Raises httpx.HTTPError."""
    async with httpx.AsyncClient(trust_env=False) as client:
        page = await client.get(address)
        fields = dict(_FIELD.findall(page.text))
        answer = {name: fields[name] for name in ("user_code", "client", "ticket")}
        url = page.url.copy_with(query=None)
        pressed = await client.post(url, data=answer | {"decision": "approve"})
        pressed.raise_for_status()


async def open_page(address: str) -> None:
    """Opens a page of a real service in the user's browser."""
    webbrowser.open(address)
