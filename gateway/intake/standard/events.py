"""
One event, as parsed JSON, judged by EPCIS 2.0 §7.4 alone: its fields, their forms and words, and what must stand together.

No check digits, no catalogue, no rights, and nothing is corrected. Everything wrong is named at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import product
from typing import Any, Final

from gateway.errors import Fault
from gateway.intake.standard.kinds import MISSING, Names, shape_faults
from gateway.intake.standard.tables import ANY_EVENT, EVENTS
from gateway.value_class import value_class

EVENT_TYPES: Final = tuple(EVENTS)

Test = Callable[[Mapping[str, Any]], bool]


def standard_faults(
    event: dict[str, Any], at: str, *, prefixes: Collection[str] | None = None, barred: str = "", namespace: str = ""
) -> Iterator[Fault]:
    """Everything that EPCIS 2.0 does not allow in this event. `at` is its JSON pointer.

    `prefixes` are those an extension name may have; None allows any but `barred`. Names of `namespace` written out
    are refused. Codes: `epcis.unknown_event_type`,
    `epcis.unknown_field`, `epcis.prefix`, `epcis.vocab`, `epcis.context.event`, `epcis.schema`, `time.naive`, `time.invalid`,
    `qty.format`, `qty.unit_unknown`.
    """
    type_ = event.get("type")
    shape = EVENTS.get(type_) if isinstance(type_, str) else None
    if shape is None:
        yield Fault("epcis.unknown_event_type", f"{at}/type", value_class(type_) if "type" in event else MISSING)
    if "@context" in event:  # it could give the names below it another meaning than the document's
        yield Fault("epcis.context.event", f"{at}/@context")
    fields = {name: value for name, value in event.items() if name not in ("@context", "type")}
    yield from shape_faults(shape or ANY_EVENT, fields, at, Names(ANY_EVENT.fields, prefixes, barred, namespace))
    if shape is not None:
        yield from _joint_faults(str(type_), event, at)


def _there(name: str) -> Test:
    return lambda event: name in event


def _filled(name: str) -> Test:
    return lambda event: bool(event.get(name))


def _every(*tests: Test) -> Test:
    return lambda event: all(test(event) for test in tests)


def _deletes(event: Mapping[str, Any]) -> bool:
    return event.get("action") == "DELETE"


_INPUTS: Final = (_filled("inputEPCList"), _filled("inputQuantityList"))
_OUTPUTS: Final = (_filled("outputEPCList"), _filled("outputQuantityList"))
_HAS_CHILDREN: Final = (_filled("childEPCs"), _filled("childQuantityList"), _deletes)
# What an event is about: one of these must hold. An empty epcList says "none was seen"; a sensor may speak for a place.
_SUBJECTS: Final[dict[str, tuple[Test, ...]]] = {
    "ObjectEvent": (_there("epcList"), _filled("quantityList"), _every(_filled("sensorElementList"), _there("readPoint"))),
    "AggregationEvent": _HAS_CHILDREN,
    "TransactionEvent": (_there("epcList"), _filled("quantityList"), _deletes),
    "TransformationEvent": (
        *(_every(*pair) for pair in product(_INPUTS, _OUTPUTS)),
        *(_every(_there("transformationID"), side) for side in (*_INPUTS, *_OUTPUTS)),
    ),
    "AssociationEvent": _HAS_CHILDREN,
}


def _joint_faults(type_: str, event: dict[str, Any], at: str) -> Iterator[Fault]:
    if not any(test(event) for test in _SUBJECTS[type_]):
        yield Fault("epcis.schema", at, MISSING)
    if type_ == "ObjectEvent" and "ilmd" in event and event.get("action") != "ADD":  # §7.4.2: master data come with the object
        yield Fault("epcis.schema", f"{at}/ilmd", value_class(event["ilmd"]))
    if type_ == "AggregationEvent" and "parentID" not in event and event.get("action") != "OBSERVE":  # §7.4.3
        yield Fault("epcis.schema", f"{at}/parentID", MISSING)
    lasting = event.get("persistentDisposition")
    if isinstance(lasting, dict) and not lasting.keys() & {"set", "unset"}:
        yield Fault("epcis.schema", f"{at}/persistentDisposition", MISSING)
