"""A real browser for the tests: found on the machine, or installed from the system's packages.

``python -m tests.browser --install`` is what ``make test`` calls first. The
fixtures below give each test process one Chromium and each test pages of its
own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
INSTALLERS = (
    ("apt-get", [["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium"]]),
    ("dnf", [["dnf", "install", "-y", "-q", "chromium"]]),
    ("apk", [["apk", "add", "-q", "chromium"]]),
)

BOTH_WAYS = [
    pytest.param(True, id="with-script"),
    # takes as long again, and rarely finds anything of its own: `make proof`
    pytest.param(False, id="without-script", marks=pytest.mark.proof),
]
"""For trips: in a browser that runs scripts, and in one that does not."""


def find_chromium() -> str | None:
    """The path of an installed Chromium; ``CHROMIUM`` in the environment names one elsewhere."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def _answers(command: list[str]) -> bool:
    return (
        shutil.which(command[0]) is not None
        and not subprocess.run(command, capture_output=True, check=False).returncode
    )


def install() -> int:
    """Make sure that there is a Chromium; return an exit code."""
    if find_chromium():
        return 0
    for tool, commands in INSTALLERS:
        if shutil.which(tool) is None:
            continue
        may = [] if os.geteuid() == 0 else ["sudo", "-n"]
        if may and not _answers([*may, "true"]):
            break
        print(f"No browser is here; installing Chromium with {tool} (once)")
        for command in commands:
            done = subprocess.run([*may, *command], stdout=subprocess.DEVNULL, check=False)
            if done.returncode:
                break
        if find_chromium():
            return 0
    print(
        "The tests need a Chromium, and none was found or could be installed.\n"
        "Install it with your system's packages (Debian, Ubuntu: sudo apt install chromium; Fedora: sudo dnf install\n"
        "chromium; macOS: brew install --cask chromium), or set CHROMIUM to the path of one.",
        file=sys.stderr,
    )
    return 2


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for this test process."""
    from playwright.sync_api import sync_playwright

    path = find_chromium()
    assert path is not None, "run `python -m tests.browser --install` first"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Make a person's own window: ``new_context(width=360, dark=True, javascript=False)``."""
    made: list[BrowserContext] = []

    def make(*, width: int = 1280, height: int = 900, dark: bool = False, javascript: bool = True) -> BrowserContext:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            java_script_enabled=javascript,
            reduced_motion="reduce",
            locale="en-GB",
            has_touch=width < 600,
        )
        context.set_default_timeout(10_000)
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()


if __name__ == "__main__":
    sys.exit(install() if "--install" in sys.argv else (print(find_chromium()) or 0))
