"""
What a JSON value of an event can be: a scalar of a form, a list, an object of named fields; and all that is wrong with one.

Faults point at names of the standard and at indexes only: an unknown name is reported at the object that holds it. What stands
under an extension name (one with a prefix) is not EPCIS's and is not looked into.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from gateway.errors import Fault
from gateway.value_class import value_class

MISSING: Final = "missing"  # the value class of a required field that is not there
# Names that EPCIS has a short spelling for: written out they would pass beside the short ones, unread.
_LONG = re.compile(
    r"epcis:|https?://(?:ref\.gs1\.org/(?:epcis|cbv)|ns\.gs1\.org/(?:epcis|cbv))/|urn:epcglobal:(?:epcis|cbv):", re.IGNORECASE
)
_EXTENSION = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(//)?")


@dataclass(frozen=True, slots=True)
class Scalar:
    """A value that is no list and no object of ours; `fault` gives the code of what is wrong with it, or ""."""

    fault: Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Listed:
    """A list of `least` to `most` values of one kind; `distinct`: no text twice."""

    of: Kind
    least: int = 0
    most: int | None = None
    distinct: bool = False


@dataclass(frozen=True, slots=True)
class OneOrList:
    """One value of a kind, or a list of such."""

    of: Kind


@dataclass(frozen=True, slots=True)
class Shape:
    """An object of these fields. An extended one also takes names with a prefix (EPCIS 2.0 §10.1), and one that is not closed
    takes any name."""

    fields: Mapping[str, Kind]
    required: tuple[str, ...] = ()
    extended: bool = True
    closed: bool = True


Kind = Scalar | Listed | OneOrList | Shape


@dataclass(frozen=True, slots=True)
class Names:
    """Which names of an event may be pointed at, and which prefixes its extensions may have; None: any but `barred`.

    Names of `namespace` written out are refused everywhere: its terms have a prefix, and are judged and tiered under that.
    """

    known: Collection[str]
    prefixes: Collection[str] | None
    barred: str = ""
    namespace: str = ""


def names_in(kind: Kind) -> Iterator[str]:
    """Every field name of a kind, at any depth."""
    match kind:
        case Listed() | OneOrList():
            yield from names_in(kind.of)
        case Shape():
            for name, inner in kind.fields.items():
                yield name
                yield from names_in(inner)


def kind_faults(kind: Kind, value: Any, at: str, names: Names) -> Iterator[Fault]:
    """Everything that is wrong with a value where this kind is expected. `at` is its JSON pointer."""
    match kind:
        case Scalar(fault):
            code = fault(value)
            if code:
                yield Fault(code, at, value_class(value))
        case Listed():
            yield from _list_faults(kind, value, at, names)
        case OneOrList(of):
            yield from kind_faults(Listed(of) if isinstance(value, list) else of, value, at, names)
        case Shape():
            yield from shape_faults(kind, value, at, names)


def shape_faults(shape: Shape, value: Any, at: str, names: Names) -> Iterator[Fault]:
    """As `kind_faults`, for an object."""
    if not isinstance(value, dict):
        yield Fault("epcis.schema", at, value_class(value))
        return
    for name in shape.required:
        if name not in value:
            yield Fault("epcis.schema", f"{at}/{name}", MISSING)
    unknown = {}
    for name, inner in value.items():
        if name in shape.fields:
            yield from kind_faults(shape.fields[name], inner, f"{at}/{name}", names)
        else:
            code = _name_fault(name, shape, names)
            unknown.update({(code, f"{at}/{name}" if name in names.known else at): inner} if code else {})
    for (code, pointer), inner in unknown.items():  # once an object, however many names it has that we may not say
        yield Fault(code, pointer, value_class(inner))


def _name_fault(name: str, shape: Shape, names: Names) -> str:
    if not shape.closed:
        return ""
    extension = _EXTENSION.match(name)
    if extension is None or not shape.extended:
        return "epcis.unknown_field"
    prefix, slashes = extension.groups()
    is_ours = bool(names.namespace) and name.startswith(names.namespace)
    if is_ours or _LONG.match(name) is not None:  # such terms have one spelling
        return "epcis.prefix"
    is_iri = slashes is not None or prefix == "urn"  # a name written out needs no prefix (JSON-LD 1.1 §3.2)
    may = prefix != names.barred if names.prefixes is None else prefix in names.prefixes
    return "" if is_iri or may else "epcis.prefix"


def _list_faults(kind: Listed, value: Any, at: str, names: Names) -> Iterator[Fault]:
    if not isinstance(value, list) or len(value) < kind.least or (kind.most is not None and len(value) > kind.most):
        yield Fault("epcis.schema", at, value_class(value))
        return
    texts = [item for item in value if isinstance(item, str)]
    if kind.distinct and len(set(texts)) < len(texts):
        yield Fault("epcis.schema", at, value_class(value))
    for i, item in enumerate(value):
        yield from kind_faults(kind.of, item, f"{at}/{i}", names)
