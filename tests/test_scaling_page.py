"""The page for teams shows exactly the configuration that is tested, and names what there is."""

import re
from pathlib import Path

from .engine.litellm_proxy import CONFIGURATION

DOCS = Path(__file__).parent.parent / "docs"
PAGE = (DOCS / "scaling.md").read_text(encoding="utf-8")


def test_the_page_shows_the_file_of_the_soak() -> None:
    (shown,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert CONFIGURATION == DOCS / "gateway.yaml"
    assert f"[{CONFIGURATION.name}]({CONFIGURATION.name})" in PAGE
    assert shown == CONFIGURATION.read_text(encoding="utf-8")


def test_what_the_file_takes_from_the_environment_is_on_the_page() -> None:
    names = set(re.findall(r"os\.environ/(\w+)", CONFIGURATION.read_text(encoding="utf-8")))
    assert len(names) == 5
    exported = " ".join(line for line in PAGE.split("\n") if line.startswith("export "))
    assert names == set(re.findall(r"(\w+)=", exported))
