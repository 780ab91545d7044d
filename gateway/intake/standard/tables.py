"""
The fields of EPCIS 2.0 events as tables: name → kind (EPCIS 2.0 §7.3, §7.4; JSON binding §10.2).

A kind says whether a value is well formed; which fields an event needs together is `events`' business.
"""

from __future__ import annotations

from typing import Final

from gateway.intake.standard import forms, vocabulary
from gateway.intake.standard.kinds import Kind, Listed, OneOrList, Scalar, Shape

MAX_CORRECTIVE: Final = 16  # corrective events of one error declaration
_URI: Final = Scalar(forms.uri)
_TIME: Final = Scalar(forms.time)
_NUMBER: Final = Scalar(forms.number)
_EVENT_ID: Final = Scalar(forms.event_id)
_PLACE: Final = Shape({"id": _URI}, required=("id",))
_QUANTITIES: Final = Listed(
    Shape(
        {"epcClass": _URI, "quantity": Scalar(forms.quantity), "uom": Scalar(forms.unit)}, required=("epcClass",), extended=False
    )
)
_URIS: Final = Listed(_URI)
_DISTINCT_URIS: Final = Listed(_URI, distinct=True)
_WORDS: Final = Listed(Scalar(vocabulary.DISPOSITIONS.fault), least=1, distinct=True)
_TRANSACTION: Final = Shape(
    {"type": Scalar(vocabulary.TRANSACTION_TYPES.fault), "bizTransaction": _URI}, required=("bizTransaction",), extended=False
)
_PARTY: Final = Scalar(vocabulary.PARTY_TYPES.fault)

# §7.3.7: what a sensor said, and about what. The names that metadata and each report share come first.
_DEVICE: Final[dict[str, Kind]] = {
    **dict.fromkeys(("deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules"), _URI),
    "time": _TIME,
}
_METADATA: Final = Shape({**_DEVICE, "startTime": _TIME, "endTime": _TIME})
_REPORT: Final = Shape(
    {
        **_DEVICE,
        **dict.fromkeys(("microorganism", "chemicalSubstance", "coordinateReferenceSystem", "uriValue"), _URI),
        **dict.fromkeys(("value", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue"), _NUMBER),
        "type": Scalar(vocabulary.MEASUREMENTS.fault),
        "exception": Scalar(vocabulary.SENSOR_EXCEPTIONS.fault),
        "component": Scalar(vocabulary.COMPONENTS.fault),
        "stringValue": Scalar(forms.text),
        "booleanValue": Scalar(forms.boolean),
        "hexBinaryValue": Scalar(forms.hexadecimal),
        "uom": Scalar(forms.text),
    },
    required=("type",),
)
_SENSOR: Final = Shape({"sensorMetadata": _METADATA, "sensorReport": Listed(_REPORT, least=1)}, required=("sensorReport",))

_DECLARATION: Final = Shape(
    {
        "declarationTime": _TIME,
        "reason": Scalar(vocabulary.ERROR_REASONS.fault),
        "correctiveEventIDs": Listed(_EVENT_ID, most=MAX_CORRECTIVE),
    },
    required=("declarationTime",),
)

# §7.4.1: what every event has.
_COMMON: Final[dict[str, Kind]] = {
    "type": Scalar(forms.text),
    "eventTime": _TIME,
    "eventTimeZoneOffset": Scalar(forms.offset),
    "recordTime": _TIME,
    "eventID": _EVENT_ID,
    "errorDeclaration": _DECLARATION,
    "certificationInfo": OneOrList(_URI),
    "bizStep": Scalar(vocabulary.BUSINESS_STEPS.fault),
    "disposition": Scalar(vocabulary.DISPOSITIONS.fault),
    "readPoint": _PLACE,
    "bizLocation": _PLACE,
    "bizTransactionList": Listed(_TRANSACTION),
    "sourceList": Listed(Shape({"type": _PARTY, "source": _URI}, required=("type", "source"), extended=False)),
    "destinationList": Listed(Shape({"type": _PARTY, "destination": _URI}, required=("type", "destination"), extended=False)),
    "sensorElementList": Listed(_SENSOR),
}
_ACTION: Final[dict[str, Kind]] = {"action": Scalar(forms.action)}
_LASTING: Final[dict[str, Kind]] = {
    "persistentDisposition": Shape({"set": _WORDS, "unset": _WORDS}, extended=False),
    "ilmd": Shape({}),
}
_CHILDREN: Final[dict[str, Kind]] = {"parentID": _URI, "childEPCs": _URIS, "childQuantityList": _QUANTITIES}
_ALWAYS: Final = ("eventTime", "eventTimeZoneOffset")

# §7.4.2 to §7.4.6.
EVENTS: Final = {
    "ObjectEvent": Shape(
        {**_COMMON, **_ACTION, **_LASTING, "epcList": _DISTINCT_URIS, "quantityList": _QUANTITIES}, required=(*_ALWAYS, "action")
    ),
    "AggregationEvent": Shape({**_COMMON, **_ACTION, **_CHILDREN}, required=(*_ALWAYS, "action")),
    "TransactionEvent": Shape(
        {
            **_COMMON, **_ACTION, "parentID": _URI, "epcList": _URIS, "quantityList": _QUANTITIES,
            "bizTransactionList": Listed(_TRANSACTION, least=1),
        },
        required=(*_ALWAYS, "action", "bizTransactionList"),
    ),
    "TransformationEvent": Shape(
        {
            **_COMMON, **_LASTING, "transformationID": _URI, "inputEPCList": _DISTINCT_URIS, "outputEPCList": _DISTINCT_URIS,
            "inputQuantityList": _QUANTITIES, "outputQuantityList": _QUANTITIES,
        },
        required=_ALWAYS,
    ),
    "AssociationEvent": Shape({**_COMMON, **_ACTION, **_CHILDREN}, required=(*_ALWAYS, "action", "parentID")),
}  # fmt: skip
# What an event of a type nobody knows is judged by, so that all its faults are named at once.
ANY_EVENT: Final = Shape({name: kind for shape in EVENTS.values() for name, kind in shape.fields.items()}, required=_ALWAYS)
