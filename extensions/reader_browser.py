"""The reader's own browser, driven by a program, and when a page in it has settled."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Error, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "chrome.exe")
APPLICATION = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
FLAGS = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run"]
SETTLED = """async () => {
  await window.bookFormulas?.ready;
  await document.fonts.ready;
}"""


class NoBrowserError(RuntimeError):
    """There is no Chromium or Chrome here."""


@contextmanager
def launched() -> Iterator[Browser]:
    """A running browser, closed after the block; NoBrowserError where there is none."""
    with sync_playwright() as playwright:
        found = next(filter(None, map(shutil.which, NAMES)), APPLICATION if APPLICATION.exists() else None)
        flags = FLAGS + ["--no-sandbox"] * (hasattr(os, "geteuid") and os.geteuid() == 0)
        try:
            browser = playwright.chromium.launch(executable_path=found, args=flags)
        except Error as error:
            if found:
                raise
            first = str(error).splitlines()[0]
            missing = "no Chromium or Chrome on this machine; `.venv/bin/playwright install chromium` gets one"
            raise NoBrowserError(f"{missing} ({first})") from error
        yield browser
        browser.close()
