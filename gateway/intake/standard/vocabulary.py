"""
The words of CBV 2.0 and the measurement types of the GS1 Web Vocabulary (EPCIS 2.0 §10.2, CBV 2.0 §7).

A word is written bare (`shipping`) or as its full URI (`https://ref.gs1.org/cbv/BizStep-shipping`); private words are URIs of
another namespace. Refused: a bare word the list lacks, a URI of CBV's namespace that is no word of the list, and the spellings
that EPCIS 2.0 JSON left behind (URNs of EPCIS 1.2, the namespace of the drafts, Web Vocabulary URIs for measurements).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from gateway.intake.standard.uris import is_uri

_CBV: Final = "https://ref.gs1.org/cbv/"
_OLD_CBV = re.compile(r"urn:epcglobal:cbv|https?://ns\.gs1\.org/cbv/")
_OLD_VOC = re.compile(r"https?://(?:www\.)?gs1\.org/voc/")
_FULL = re.compile(rf"{re.escape(_CBV)}([A-Za-z]+-)(.+)|https?://(?:www\.|ref\.)?gs1\.org/voc/(.+)")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A closed list of words that private URIs may extend. `stem` is what CBV writes before a word in its URIs; "" elsewhere."""

    stem: str
    words: frozenset[str]

    def fault(self, value: Any) -> str:
        """`epcis.vocab`, `epcis.schema`, or "" for a good word."""
        if not isinstance(value, str):
            return "epcis.schema"
        if value in self.words:
            return ""
        if self.stem and value.startswith(_CBV):
            return "" if value.removeprefix(_CBV + self.stem) in self.words else "epcis.vocab"
        left_behind = _OLD_CBV if self.stem else _OLD_VOC
        return "epcis.vocab" if left_behind.match(value) or not is_uri(value) else ""


def bare_word(text: str) -> str:
    """The bare word of a full URI of CBV or of the GS1 Web Vocabulary that one of the lists has; any other text unchanged."""
    match = _FULL.fullmatch(text)
    if match is None:
        return text
    stem, word = (match[1], match[2]) if match[1] else ("", match[3])
    known = any(vocabulary.stem == stem and word in vocabulary.words for vocabulary in _ALL)
    return word if known else text


def _listed(stem: str, words: str) -> Vocabulary:
    return Vocabulary(stem, frozenset(words.split()))


BUSINESS_STEPS: Final = _listed("BizStep-", """
    accepting arriving assembling collecting commissioning consigning creating_class_instance cycle_counting decommissioning
    departing destroying disassembling dispensing encoding entering_exiting holding inspecting installing killing loading other
    packing picking receiving removing repackaging repairing replacing reserving retail_selling sampling sensor_reporting shipping
    staging_outbound stock_taking stocking storing transporting unloading unpacking void_shipping
""")  # fmt: skip
DISPOSITIONS: Final = _listed("Disp-", """
    active available completeness_inferred completeness_verified conformant container_closed container_open damaged destroyed
    dispensed disposed encoded expired in_progress in_transit inactive mismatch_class mismatch_instance mismatch_quantity
    needs_replacement no_pedigree_match non_conformant non_sellable_other partially_dispensed recalled reserved retail_sold
    returned sellable_accessible sellable_not_accessible stolen unavailable unknown
""")  # fmt: skip
TRANSACTION_TYPES: Final = _listed(
    "BTT-", "bol cert desadv inv pedigree po poc prodorder recadv rma testprd testres upevt"
)  # fmt: skip
PARTY_TYPES: Final = _listed("SDT-", "location owning_party possessing_party")
ERROR_REASONS: Final = _listed("ER-", "did_not_occur incorrect_data")
COMPONENTS: Final = _listed("Comp-", """
    altitude axial_distance azimuth easting elevation_angle height latitude longitude northing polar_angle spherical_radius x y z
""")  # fmt: skip
SENSOR_EXCEPTIONS: Final = _listed("", "ALARM_CONDITION ERROR_CONDITION")
MEASUREMENTS: Final = _listed("", """
    AbsoluteHumidity AbsorbedDose AbsorbedDoseRate Acceleration Altitude AmountOfSubstance AmountOfSubstancePerUnitVolume Angle
    AngularAcceleration AngularMomentum AngularVelocity Area Capacitance Conductance Conductivity Count Density Dimensionless
    DoseEquivalent DoseEquivalentRate DynamicViscosity ElectricCharge ElectricCurrent ElectricCurrentDensity ElectricFieldStrength
    Energy Exposure Force Frequency Illuminance Inductance Irradiance KinematicViscosity Length LinearMomentum Luminance
    LuminousFlux LuminousIntensity MagneticFlux MagneticFluxDensity MagneticVectorPotential Mass MassConcentration MassFlowRate
    MassPerAreaTime MemoryCapacity MolalityOfSolute MolarEnergy MolarMass MolarVolume Power Pressure RadiantFlux RadiantIntensity
    Radioactivity RelativeHumidity Resistance Resistivity SolidAngle SpecificVolume Speed SurfaceDensity SurfaceTension
    Temperature Time Torque Voltage Volume VolumeFlowRate VolumeFraction VolumetricFlux Wavenumber
""")  # fmt: skip
_ALL: Final = (
    BUSINESS_STEPS, DISPOSITIONS, TRANSACTION_TYPES, PARTY_TYPES, ERROR_REASONS, COMPONENTS, SENSOR_EXCEPTIONS, MEASUREMENTS,
)  # fmt: skip
