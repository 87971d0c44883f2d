"""The kernel that runs a chapter: this very interpreter, without what the user has set up for notebooks.

A kernel of the name "python3" that the user has installed may belong to another Python, whose packages are not those of
the stamp. Scripts and settings of the user's IPython run before any cell does. Neither is asked.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

from ipykernel.kernelspec import get_kernel_dict
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

VARIABLES = ("IPYTHONDIR", "MATPLOTLIBRC")


class OwnKernel(AsyncKernelManager):
    """Starts the interpreter that runs us, whatever its name says elsewhere."""

    @property
    def kernel_spec(self) -> KernelSpec:
        """How to start it."""
        return KernelSpec(resource_dir="", **get_kernel_dict())


@contextmanager
def no_settings() -> Iterator[None]:
    """In the block, processes that are started find an empty folder where IPython and matplotlib look for settings."""
    before = {name: os.environ.get(name) for name in VARIABLES}
    with TemporaryDirectory() as folder:
        os.environ["IPYTHONDIR"] = folder
        os.environ.pop("MATPLOTLIBRC", None)
        try:
            yield
        finally:
            for name, value in before.items():
                os.environ.pop(name, None)
                os.environ.update({name: value} if value is not None else {})
