"""Content as data: the YAML files of a book, read and held against what they may hold, one line per fault."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, TypeAdapter, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from srnn_lib import checks
from srnn_lib.checks import BadInput, bad_input

MAPPING = "a mapping of keys to values"
ALLOWED = {
    "string_type": "text", "float_type": "a number", "finite_number": "a finite number", "bool_type": "true or false",
    "int_type": "a whole number", "int_from_float": "a whole number", "list_type": "a list", "tuple_type": "a list",
    "dict_type": MAPPING, "model_type": MAPPING, "model_attributes_type": MAPPING,
}  # fmt: skip
"""What a value of the wrong type should have been, by pydantic's name of the fault."""

Entry = TypeVar("Entry")


def _text(value: str) -> str:
    if not value.strip():
        raise bad_input("this", value, "text, not empty")
    return " ".join(value.split())


Text = Annotated[str, AfterValidator(_text)]
"""Text on one line, not empty."""


class Content(BaseModel):
    """An entry of a file: known keys alone, and all that are needed; never changed once read."""

    model_config = ConfigDict(frozen=True, strict=True)

    @model_validator(mode="before")
    @classmethod
    def _keys(cls, entry: Any) -> Any:
        if not isinstance(entry, dict):
            raise bad_input("this", entry, MAPPING)
        keys = {field.alias or name: field.is_required() for name, field in cls.model_fields.items()}
        for key in entry:
            checks.choice("key", key, keys)
        for key in (key for key, needed in keys.items() if needed and key not in entry):
            raise BadInput(f"{key!r} is missing")
        return entry


def read_entries(
    path: Path, kind: type[Entry], context: Any = None, names: Callable[[Any], Mapping[str, Any]] | None = None
) -> dict[str, Entry]:
    """The entries of a file by their names, each read as `kind`.

    Args:
        path: A YAML file that holds a mapping from names to entries.
        kind: What an entry is.
        context: Handed to the validators of `kind`.
        names: Makes such a mapping of what the file holds, where it is none.

    Raises:
        BadInput: The file cannot be read, or holds something else; the line names file and entry, and says how many
            faults there are besides.
    """
    entries = read_yaml(path)
    entries = names(entries) if names else entries
    if not isinstance(entries, dict):
        raise BadInput(f"{path.name} is not a mapping of names to entries")
    adapter, found, faults = TypeAdapter(kind), {}, []
    for name, entry in entries.items():
        try:
            found[str(name)] = adapter.validate_python(entry, context=context)
        except ValidationError as error:
            faults += [f"{path.name}, {name}: {line}" for line in lines(error)]
    if faults:
        raise _refusal(faults)
    return found


def read_content(path: Path, kind: type[Entry], context: Any = None) -> Entry:
    """What a whole file holds, read as `kind`; errors as for `read_entries`."""
    try:
        return TypeAdapter(kind).validate_python(read_yaml(path), context=context)
    except ValidationError as error:
        raise _refusal([f"{path.name}: {line}" for line in lines(error)]) from error


def _refusal(faults: list[str]) -> BadInput:
    return BadInput(faults[0] + (f" (and {len(faults) - 1} more faults)" if len(faults) > 1 else ""))


def lines(error: ValidationError) -> Iterator[str]:
    """One line per fault: where it is, what stands there, what is allowed."""
    for fault in error.errors():
        where = ".".join(str(part) for part in fault["loc"] if part != "bounds")  # a key that no file has
        kind, context = fault["type"], fault.get("ctx", {})
        if kind != "value_error":
            allowed = ALLOWED.get(kind) or context.get("expected") or fault["msg"]
            yield str(bad_input(where or "this", fault["input"], str(allowed)))
        elif (said := str(context["error"])).startswith("this is "):  # our own errors say it all but where
            yield said.replace("this", where or "this", 1)
        else:
            yield f"{where}: {said}" if where else said


def read_yaml(path: Path) -> Any:
    """Content of a YAML 1.2 file, in which `1e-5` is a number, `ON` is text, and no key stands twice.

    Raises:
        BadInput: Missing, or not YAML; the message names file and line.
    """
    try:
        return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"{path.name} cannot be read: {error.strerror} ({path})") from error
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadInput(f"{path.name}, line {line}: {str(error.problem).splitlines()[0]}") from error
    except (YAMLError, ValueError, RecursionError) as error:  # letters that no text has, a day that no month has
        raise BadInput(f"{path.name} is not YAML: {' '.join(str(error).split())}") from error
