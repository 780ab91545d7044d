"""
The values of query parameters: times, words, places and codes, each in the spelling that the index uses.

A code may be written as EPC URN, as GS1 Digital Link or in our canonical form (`01/<gtin>/10/<lot>`), a word bare or as its full
URI. Every reader returns what is asked for, or a `Fault` that says what is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from certs.codes import Code, parse_code
from certs.errors import MalformedCertificate
from gateway.errors import Fault
from gateway.intake.identifiers import BadIdentifier, read_identifier
from gateway.intake.index import MAX_KEY, time_ms
from gateway.intake.places import canonical_uri, site_of
from gateway.intake.standard.uris import is_event_id, is_uri
from gateway.intake.standard.vocabulary import Vocabulary, bare_word
from gateway.value_class import value_class

VALUE: Final = "query.value"
_CANONICAL = re.compile(r"0[01]/.*")
_NAIVE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?: [0-9]{2}:[0-9]{2})?")


def read_time(text: str, at: str) -> int | Fault:
    """Milliseconds since 1970. A `+` that a URL turned into a space is a time without offset."""
    try:
        return time_ms(text)
    except MalformedCertificate:
        return Fault("query.time_offset" if _NAIVE.fullmatch(text) else VALUE, at, value_class(text))


def read_choice(text: str, at: str, choices: Collection[str]) -> str | Fault:
    """One of our own words."""
    return text if text in choices else Fault(VALUE, at, value_class(text))


def read_word(text: str, at: str, vocabulary: Vocabulary) -> str | Fault:
    """A word of CBV as a bare word, or a private word's URI."""
    return Fault(VALUE, at, value_class(text)) if len(text) > MAX_KEY or vocabulary.fault(text) else bare_word(text)


def read_event_id(text: str, at: str) -> str | Fault:
    """An eventID."""
    return text if is_event_id(text) else Fault(VALUE, at, value_class(text))


def read_place(text: str, at: str, hosts: Collection[str]) -> tuple[str, str] | Fault:
    """A place's canonical URI, and that of the site it lies in."""
    if len(text) > MAX_KEY or not is_uri(text):
        return Fault(VALUE, at, value_class(text))
    place = canonical_uri(text, hosts)
    return place, site_of(place)


def read_code(text: str, at: str, hosts: Collection[str]) -> str | Fault:
    """A canonical code, or the URI of a thing that has none."""
    try:
        code = parse_code(text) if _CANONICAL.fullmatch(text) else read_identifier(text, hosts)
    except MalformedCertificate:
        return Fault(VALUE, at, value_class(text))
    except BadIdentifier as error:
        return Fault(error.code, at, value_class(text))
    if code is not None:
        return str(code)
    return canonical_uri(text, hosts) if len(text) <= MAX_KEY and is_uri(text) else Fault(VALUE, at, value_class(text))


def read_class(text: str, at: str, hosts: Collection[str]) -> str | Fault:
    """The code of a class of goods: a GTIN, with or without a lot, and never an item."""
    found = read_code(text, at, hosts)
    if isinstance(found, Fault) or not _CANONICAL.fullmatch(found):
        return found
    code: Code = parse_code(found)
    return found if code.serial is None and code.sscc is None else Fault("query.not_class", at, value_class(text))
