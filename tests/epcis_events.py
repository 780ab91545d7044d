"""
hypothesis strategies of valid EPCIS 2.0 events of all five types: what the standard allows, and what our catalogue asks besides.

`general_events()` are of the standard alone: identifiers as Digital Links and as EPC URNs, words bare and as URIs, sensors, ilmd,
error declarations, certification info, private fields. `shanghai_events(chain)` are events of the sample chain with everything
changed that the catalogue leaves free, so that they stay reports that it takes. No two events of one run are the same.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from certs.codes import gs1_check_digit
from gateway.intake.standard.vocabulary import BUSINESS_STEPS, DISPOSITIONS, MEASUREMENTS, TRANSACTION_TYPES

EPCIS_CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
GENERAL_CONTEXT = [EPCIS_CONTEXT, {"example": "https://example.org/ns/"}]
LINK = "https://id.gs1.org"
_SAFE = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
_LOTS = st.text(_SAFE + "-._", min_size=1, max_size=20)
_NUMBERS = st.one_of(
    st.integers(1, 2**40), st.floats(min_value=0.001, max_value=1e9, allow_nan=False).map(lambda number: round(number, 3))
)  # fmt: skip


def _checked(digits: str) -> str:
    return digits + gs1_check_digit(digits)


_GTINS = st.integers(0, 50).map(lambda number: _checked(f"0952{number:09d}"))
_SSCCS = st.integers(0, 99_999).map(lambda number: _checked(f"0952123{number:010d}"))


def _lgtin(gtin: str, lot: str) -> str:
    return f"urn:epc:class:lgtin:{gtin[1:8]}.{gtin[0]}{gtin[8:13]}.{lot}"


def _sgtin(gtin: str, serial: str) -> str:
    return f"urn:epc:id:sgtin:{gtin[1:8]}.{gtin[0]}{gtin[8:13]}.{serial}"


CLASSES = st.one_of(
    st.builds(lambda gtin, lot: f"{LINK}/01/{gtin}/10/{lot}", _GTINS, _LOTS),
    st.builds(lambda gtin: f"{LINK}/01/{gtin}", _GTINS),
    st.builds(_lgtin, _GTINS, _LOTS),
)
ITEMS = st.one_of(
    st.builds(lambda gtin, serial: f"{LINK}/01/{gtin}/21/{serial}", _GTINS, _LOTS),
    st.builds(_sgtin, _GTINS, _LOTS),
    st.builds(lambda sscc: f"{LINK}/00/{sscc}", _SSCCS),
    st.builds(lambda sscc: f"urn:epc:id:sscc:{sscc[1:8]}.{sscc[0]}{sscc[8:17]}", _SSCCS),
    st.builds(lambda serial: f"{LINK}/8003/09521234900016{serial[:16]}", _LOTS),
)
GLNS = st.integers(0, 30).map(lambda number: _checked(f"952{number:09d}"))
PLACES = st.one_of(
    st.builds(lambda gln: f"{LINK}/414/{gln}", GLNS),
    st.builds(lambda gln, extension: f"{LINK}/414/{gln}/254/{extension}", GLNS, _LOTS),
    st.builds(lambda gln, extension: f"urn:epc:id:sgln:{gln[:7]}.{gln[7:12]}.{extension}", GLNS, _LOTS),
)
URIS = st.uuids().map(lambda value: f"urn:uuid:{value}")
OFFSETS = st.sampled_from(["+08:00", "+00:00", "-05:30", "+14:00"])


@st.composite
def times(draw: st.DrawFn) -> str:
    """A time of 2024 or 2025 with any spelling of its fraction and offset."""
    day, second = draw(st.integers(1, 28)), draw(st.integers(0, 86_399))
    fraction = draw(st.sampled_from(["", ".0", ".5", ".123", ".999999"]))
    offset = draw(st.one_of(OFFSETS, st.just("Z")))
    clock = f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
    return f"{draw(st.sampled_from([2024, 2025]))}-{draw(st.integers(1, 12)):02d}-{day:02d}T{clock}{fraction}{offset}"


def _word(words: frozenset[str], stem: str) -> st.SearchStrategy[str]:
    listed = st.sampled_from(sorted(words))
    return st.one_of(listed, listed.map(lambda word: f"https://ref.gs1.org/cbv/{stem}{word}"), URIS)


STEPS, STATES = _word(BUSINESS_STEPS.words, "BizStep-"), _word(DISPOSITIONS.words, "Disp-")
_TEXTS = st.text("abcXYZ 09-_é猪肉批次😀", max_size=12)
_SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-(2**53) + 1, 2**53 - 1), _TEXTS)
_LOCAL = st.text("abcxyz", min_size=1, max_size=5)
_PRIVATE = st.one_of(
    _LOCAL.map(lambda name: f"example:{name}"),
    _LOCAL.map(lambda name: f"https://example.org/ns/{name}"),
    _LOCAL.map(lambda name: f"urn:example:{name}"),
)
# What stands below is the sender's alone: names of the standard and of ours mean nothing there.
_INNER = st.one_of(
    _TEXTS, _PRIVATE, st.sampled_from(["cn:note", "cn:officialVet", "cn:uscc", "type", "ilmd", "epcList", "@type"])
)
NESTED = st.recursive(_SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_INNER, inner, max_size=3))
EXTENSIONS = st.dictionaries(_PRIVATE, NESTED, max_size=3)
REPORTS = st.fixed_dictionaries(
    {"type": st.sampled_from(sorted(MEASUREMENTS.words))},
    optional={
        "value": _NUMBERS, "minValue": _NUMBERS, "uom": st.sampled_from(["CEL", "P1", "KGM"]), "time": times(),
        "exception": st.sampled_from(["ALARM_CONDITION", "ERROR_CONDITION"]), "booleanValue": st.booleans(),
        "stringValue": _TEXTS, "hexBinaryValue": st.text("0123456789abcdef", min_size=2, max_size=8), "uriValue": URIS,
    },
)  # fmt: skip
SENSORS = st.lists(
    st.fixed_dictionaries(
        {"sensorReport": st.lists(REPORTS, min_size=1, max_size=3)},
        optional={"sensorMetadata": st.fixed_dictionaries({}, optional={"time": times(), "deviceID": URIS, "rawData": URIS})},
    ),
    min_size=1,
    max_size=2,
)

QUANTITIES = st.lists(
    st.one_of(
        st.fixed_dictionaries({"epcClass": CLASSES}, optional={"quantity": st.integers(1, 10_000)}),
        st.fixed_dictionaries({"epcClass": CLASSES, "quantity": _NUMBERS, "uom": st.just("KGM")}),
    ),
    min_size=1,
    max_size=2,
)
_MANY = st.builds(  # more than 16 codes: the units go into an item tree
    lambda gtin, serials: [f"{LINK}/01/{gtin}/21/{serial}" for serial in serials],
    _GTINS,
    st.lists(_LOTS, min_size=17, max_size=20, unique=True),
)
EPCS = st.one_of(
    st.lists(ITEMS, min_size=1, max_size=2, unique=True), st.lists(ITEMS, min_size=1, max_size=2, unique=True), _MANY
)
DECLARATIONS = st.fixed_dictionaries(
    {"declarationTime": times()},
    optional={
        "reason": st.sampled_from(["incorrect_data", "did_not_occur", "https://ref.gs1.org/cbv/ER-incorrect_data"]),
        "correctiveEventIDs": st.lists(URIS, max_size=2),
    },
)
TRANSACTIONS = st.lists(
    st.fixed_dictionaries({"bizTransaction": URIS}, optional={"type": _word(TRANSACTION_TYPES.words, "BTT-")}),
    min_size=1,
    max_size=2,
)
_PARTY_TYPES = st.sampled_from(["owning_party", "possessing_party", "https://ref.gs1.org/cbv/SDT-location"])


def _parties(name: str) -> st.SearchStrategy[Any]:
    return st.lists(st.fixed_dictionaries({"type": _PARTY_TYPES, name: PLACES}), max_size=2)


_LASTING = st.one_of(
    st.fixed_dictionaries({"set": st.lists(STATES, min_size=1, max_size=2, unique=True)}),
    st.fixed_dictionaries({"unset": st.lists(STATES, min_size=1, max_size=2, unique=True)}),
)
_ILMD = st.builds(
    lambda private, dates: {**private, **dates},
    EXTENSIONS,
    st.fixed_dictionaries({}, optional={"cbvmda:productionDate": st.just("2025-06-03"), "cbvmda:netWeight": _NUMBERS}),
)
_COMMON = {
    "eventID": URIS, "errorDeclaration": DECLARATIONS, "recordTime": times(), "bizStep": STEPS, "disposition": STATES,
    "readPoint": PLACES.map(lambda uri: {"id": uri}), "bizLocation": PLACES.map(lambda uri: {"id": uri}),
    "certificationInfo": st.one_of(URIS, st.lists(URIS, min_size=1, max_size=2)), "bizTransactionList": TRANSACTIONS,
    "sourceList": _parties("source"), "destinationList": _parties("destination"), "sensorElementList": SENSORS,
}  # fmt: skip
_ACTIONS = st.sampled_from(["ADD", "OBSERVE", "DELETE"])


def _event(type_: str, needed: dict[str, Any], more: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    always = {"type": st.just(type_), "eventTime": times(), "eventTimeZoneOffset": OFFSETS, **needed}
    optional = {name: strategy for name, strategy in {**_COMMON, **more}.items() if name not in needed}
    return st.builds(lambda event, private: {**event, **private}, st.fixed_dictionaries(always, optional=optional), EXTENSIONS)


def _goods(epcs: str, quantities: str) -> st.SearchStrategy[dict[str, Any]]:
    """A list of items, a list of quantities, or both."""
    return st.one_of(
        st.fixed_dictionaries({epcs: EPCS}, optional={quantities: QUANTITIES}), st.fixed_dictionaries({quantities: QUANTITIES})
    )


def _with(
    events: st.SearchStrategy[dict[str, Any]], *goods: st.SearchStrategy[dict[str, Any]]
) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(lambda event, *parts: event | {name: v for part in parts for name, v in part.items()}, events, *goods)


_SUBJECT = _goods("epcList", "quantityList")
_CHILDREN = _goods("childEPCs", "childQuantityList")
GENERAL = {
    "ObjectEvent": st.one_of(
        _with(_event("ObjectEvent", {"action": _ACTIONS}, {"persistentDisposition": _LASTING}), _SUBJECT),
        _with(_event("ObjectEvent", {"action": st.just("ADD")}, {"ilmd": _ILMD}), _SUBJECT),
        _event("ObjectEvent", {"action": _ACTIONS, "sensorElementList": SENSORS, "readPoint": _COMMON["readPoint"]}, {}),
    ),
    "AggregationEvent": _with(_event("AggregationEvent", {"action": _ACTIONS, "parentID": ITEMS}, {}), _CHILDREN),
    "TransactionEvent": _with(
        _event("TransactionEvent", {"action": _ACTIONS, "bizTransactionList": TRANSACTIONS}, {"parentID": ITEMS}), _SUBJECT
    ),
    "TransformationEvent": _with(
        _event("TransformationEvent", {}, {"transformationID": URIS, "ilmd": _ILMD, "persistentDisposition": _LASTING}),
        _goods("inputEPCList", "inputQuantityList"),
        _goods("outputEPCList", "outputQuantityList"),
    ),
    "AssociationEvent": _with(_event("AssociationEvent", {"action": _ACTIONS, "parentID": ITEMS}, {}), _CHILDREN),
}  # fmt: skip


def general_events() -> st.SearchStrategy[dict[str, Any]]:
    """An event of the standard alone, to be sent under `GENERAL_CONTEXT`."""
    return st.one_of(*GENERAL.values())


@st.composite
def shanghai_events(draw: st.DrawFn, chain: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A report like one of the chain's: another moment and read point, and more than the catalogue asks for."""
    event = copy.deepcopy(draw(st.sampled_from(chain)))
    event["eventID"] = draw(URIS)
    event["eventTime"] = f"{event['eventTime'][:17]}{draw(st.integers(0, 59)):02d}.{draw(st.integers(0, 999)):03d}+08:00"
    site = event["readPoint"]["id"].partition("/254/")[0]
    event["readPoint"] = {"id": f"{site}/254/{draw(_LOTS)}"}
    more = {
        "disposition": STATES, "certificationInfo": _COMMON["certificationInfo"], "sensorElementList": SENSORS,
        "recordTime": times(), "cn:officialVet": _TEXTS, "cn:note": NESTED, "cn:pieces": st.integers(1, 9),
        "example:batch": NESTED, "cn:lines": st.lists(st.dictionaries(_INNER, NESTED, max_size=2), max_size=2),
    }  # fmt: skip
    if event["type"] in ("ObjectEvent", "TransformationEvent"):
        more["persistentDisposition"] = _LASTING
    if "ilmd" in event:
        private = st.fixed_dictionaries({}, optional={"cn:note": NESTED, "cn:feed": NESTED, "example:pen": NESTED})
        event["ilmd"] |= draw(private)
    return event | draw(st.fixed_dictionaries({}, optional=more))
