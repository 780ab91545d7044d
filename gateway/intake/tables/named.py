"""
What a mapping names that must exist for its rows to become events: `cn:` terms, links, varieties, columns that `when` asks for.

Asked when a mapping is stored, not when it is used: a row of the catalogue that is taken back later stops no import by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from gateway.catalogue.tables import Catalogue
from gateway.errors import Fault, Refused
from gateway.intake.standard.vocabulary import BUSINESS_STEPS, DISPOSITIONS
from gateway.intake.tables.mapping import read_mapping
from gateway.intake.tables.scheme import Mapping

_CN: Final = "cn:"


def read_stored_mapping(body: Any, catalogue: Catalogue) -> Mapping:
    """The mapping, with all its names known. Raises `Refused` `mapping.refused` with every fault, by JSON pointer into `body`."""
    mapping = read_mapping(body)
    faults = [*_terms(body, catalogue), *_varieties(body, catalogue), *_shapes(body, mapping, catalogue)]
    if faults:
        raise Refused("mapping.refused", faults)
    return mapping


def _terms(body: dict[str, Any], catalogue: Catalogue) -> Iterator[Fault]:
    for at, column in enumerate(body.get("columns", [])):
        if column["to"].startswith(_CN) and column["to"] not in catalogue.tiers.event:
            yield Fault("mapping.term", f"/columns/{at}/to")
    for at, name in enumerate(body.get("fixed", {})):
        if name.startswith(_CN) and name not in catalogue.tiers.event:
            yield Fault("mapping.term", f"/fixed/{at}")


def _varieties(body: dict[str, Any], catalogue: Catalogue) -> Iterator[Fault]:
    for at, code in enumerate(body.get("categories", {}).values()):
        if code not in catalogue.varieties:
            yield Fault("mapping.category", f"/categories/{at}")
    for at, product in enumerate(body.get("products", {}).values()):
        if product.get("category", "") and product["category"] not in catalogue.varieties:
            yield Fault("mapping.category", f"/products/{at}/category")
    if body.get("fixed", {}).get("category") not in (None, *catalogue.varieties):
        yield Fault("mapping.category", "/fixed/category")


def _shapes(body: dict[str, Any], mapping: Mapping, catalogue: Catalogue) -> Iterator[Fault]:
    for at, shape in enumerate(body.get("shapes", [])):
        place = f"/shapes/{at}"
        if shape["link"] not in catalogue.stages:
            yield Fault("mapping.link", f"{place}/link")
        if BUSINESS_STEPS.fault(shape["step"]):
            yield Fault("mapping.shape", f"{place}/step")
        if shape.get("disposition") and DISPOSITIONS.fault(shape["disposition"]):
            yield Fault("mapping.shape", f"{place}/disposition")
        if shape.get("when") and mapping.column(shape["when"]) is None:
            yield Fault("mapping.reference", f"{place}/when")
        for i, code in enumerate(shape.get("only", [])):
            if code not in catalogue.varieties:
                yield Fault("mapping.category", f"{place}/only/{i}")
