"""A real browser, for the tests that need one."""

import os
import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Error, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "chrome.exe")
APPLICATION = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
FLAGS = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run"]


@contextmanager
def launched():
    """A running browser; without one the tests are skipped by name, and fail in CI."""
    with sync_playwright() as playwright:
        found = next(filter(None, map(shutil.which, NAMES)), APPLICATION if APPLICATION.exists() else None)
        flags = FLAGS + ["--no-sandbox"] * (hasattr(os, "geteuid") and os.geteuid() == 0)
        try:
            browser = playwright.chromium.launch(executable_path=found, args=flags)
        except Error as error:
            if found:
                raise
            missing = "no Chromium or Chrome on this machine; `.venv/bin/playwright install chromium` gets one"
            if os.environ.get("CI"):
                pytest.fail(missing)
            pytest.skip(f"{missing} ({str(error).splitlines()[0]})")
        yield browser
        browser.close()
