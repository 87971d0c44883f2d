"""A real browser, for the tests that need one."""

import os
from contextlib import contextmanager

import pytest
import reader_browser


@contextmanager
def launched():
    """A running browser; without one the tests are skipped by name, and fail in CI."""
    try:
        with reader_browser.launched() as browser:
            yield browser
    except reader_browser.NoBrowserError as error:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(str(error))
