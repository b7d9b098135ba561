"""What all tables of a policy are, and what may stand behind their keys: names of tools, JSON values, patterns."""

from __future__ import annotations

import datetime
import math
import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _json(value: Any) -> Any:
    """Refuse what no trace can hold: JSON has neither dates nor numbers that are not finite."""
    if isinstance(value, datetime.date | datetime.time):
        raise ValueError("a trace holds dates as text: put it in quotes")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("a trace holds only finite numbers")
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _json(part)
    return value


def _pointer(value: str) -> str:
    if value and not value.startswith("/"):
        raise ValueError(f"a JSON Pointer begins with a slash: `/{value}`")
    return value


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    return value


Globs = Annotated[list[str], BeforeValidator(_listed, json_schema_input_type=str | list[str])]
Value = Annotated[Any, AfterValidator(_json)]
Pointer = Annotated[str, AfterValidator(_pointer)]
Pattern = Annotated[str, AfterValidator(_pattern)]
Name = Annotated[str, Field(min_length=1)]
MarkerName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,40}$")]
Place = tuple[str | int, ...]


class Table(BaseModel):
    """A table of a policy file; refuses keys that it does not know."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, populate_by_name=True, defer_build=True
    )
