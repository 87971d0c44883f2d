"""The types and shapes in the library's annotations, enforced while the tests run.

What a user gets for a wrong argument is the library's own refusal; tests of that pass it wrong types on purpose, and
turn the enforcement off meanwhile.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, runtime_checkable

from beartype import BeartypeConf, beartype
from jaxtyping import install_import_hook
from pydantic import ValidationInfo

_strict = beartype(conf=BeartypeConf(is_pep484_tower=True))  # a whole number will do for a float
_state = {"enforced": True}


def install() -> None:
    """Enforce annotations in every module of the library that is imported from now on."""
    runtime_checkable(ValidationInfo)  # a protocol of pydantic's, which beartype can check only if it is marked so
    install_import_hook("srnn_lib", f"{__name__}.checked")


def checked(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, held to its annotations as long as they are enforced."""
    strict = _strict(function)

    @wraps(function)
    def held(*given: Any, **named: Any) -> Any:
        return (strict if _state["enforced"] else function)(*given, **named)

    return held


@contextmanager
def unchecked() -> Iterator[None]:
    """No enforcement inside the block."""
    before, _state["enforced"] = _state["enforced"], False
    try:
        yield
    finally:
        _state["enforced"] = before
