"""
A mapping (导入方案): how the rows of a table become events. Data only; `gateway.intake.tables.mapping` reads it from JSON.

A column feeds one target. Row targets describe one quantity element or item; event targets must agree over a slip's rows;
`cn:` terms say themselves how several rows combine. `none` is checked like any cell and goes nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from typing import Any, Final

NOWHERE: Final = "none"
ROW_TARGETS: Final = ("line", "product", "gtin", "lot", "serial", "code", "quantity", "unit", "temperature")
EVENT_TARGETS: Final = ("slip", "time", "category", "seller", "buyer")
TERM_KINDS: Final = ("text", "integer", "number", "date", "yesno", "uscc", "digits")
COMBINE: Final = ("same", "list", "sum", "all")
EVENTS: Final = "events"
SERIALS: Final = "serials"  # rows are a list of item codes (码清单), not events
EPCIS: Final = "epcis"  # lines are EPCIS events already
FLAT: Final = "flat"
CITY: Final = "city"  # documents of the city platform's upload shape


@dataclass(frozen=True, slots=True)
class Column:
    """One head and what it feeds; `kind` of a `cn:` term, `digits` its exact length for kind `digits`."""

    head: str
    to: str
    required: bool = False
    kind: str = "text"
    combine: str = "same"
    digits: int = 0
    example: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """One element of bizTransactionList: its CBV type, the path of its URI, and the target it is from (`slip`, or `row`)."""

    type: str
    path: str
    source: str


@dataclass(frozen=True, slots=True)
class EventShape:
    """What an event of a mapping says: of rows in which the target `when` is filled in and whose variety is one of `only`."""

    type: str
    action: str
    step: str
    link: str
    disposition: str = ""
    papers: tuple[Paper, ...] = ()
    parties: bool = False  # sourceList and destinationList from seller and buyer
    sells: bool = False  # the submitter is the seller, whatever the row says
    when: str = ""
    only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Product:
    """What a product name stands for: GTIN-14, variety and unit word, each "" when the table does not say."""

    gtin: str = ""
    category: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Mapping:
    """A whole mapping. `group` heads make one event, `unique` heads identify a row; without `group` each row is an event."""

    kind: str
    form: str
    columns: tuple[Column, ...]
    shapes: tuple[EventShape, ...] = ()
    group: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()
    codes: str = "gs1"
    products: Table[str, Product] = field(default_factory=dict)
    parties: Table[str, str] = field(default_factory=dict)
    categories: Table[str, str] = field(default_factory=dict)
    units: Table[str, str | None] = field(default_factory=dict)
    fixed: Table[str, Any] = field(default_factory=dict)
    title: str = ""
    digest: str = ""  # SHA-256 of its JSON, hex: another mapping under the same name is another import

    @property
    def heads(self) -> tuple[str, ...]:
        """Every head, in the template's order."""
        return tuple(column.head for column in self.columns)

    def column(self, target: str) -> Column | None:
        """The column that feeds a target."""
        return next((column for column in self.columns if column.to == target), None)
