"""GET /certificates/{number} and its forms."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from certs.canonical import canonical, parse
from certs.certificate import read_file
from certs.record import Tier
from certs.verify.steps import item_in_record
from tests.service import ABATTOIR, AGR, BASE, COM, FARM, Service, document, event


def issued(service: Service, **changes: Any) -> tuple[str, str]:
    """(number, check code) of one issued certificate of the abattoir."""
    key = service.key(ABATTOIR)
    location = service.post("/capture", document(event(**changes)), key).headers["location"]
    (number,) = service.issue_all(COM)
    link = service.get(location, key).json()["events"][0]["link"]
    return number, link.partition("?k=")[2]


def shown_tiers(service: Service, path: str, key: dict[str, str] | None = None) -> list[bool]:
    tiers = read_file(service.get(path, key).content).certificate.tiers
    return [isinstance(tiers[name], Tier) for name in ("public", "bureaus", "submitter")]


def test_without_check_code_only_state_and_food_class_are_said(service: Service) -> None:
    number, _ = issued(service)
    answer = service.get(f"/certificates/{number}")
    assert answer.json() == {"number": number, "state": "issued", "class": "livestock", "classZh": "畜产品及其制品"}


def test_a_wrong_check_code_is_answered_like_none(service: Service) -> None:
    number, code = issued(service)
    wrong = code[:-1] + ("2" if code[-1] != "2" else "3")
    for k in (wrong, "", code.lower(), code[:-1], code + "2", "%E7%A0%81", code + "%20"):
        assert service.get(f"/certificates/{number}?k={k}").content == service.get(f"/certificates/{number}").content
        for form in ("json", "png"):
            refused, none = (service.get(f"/certificates/{number}.{form}{query}") for query in (f"?k={k}", ""))
            assert (
                (refused.status_code, refused.json()["code"])
                == (403, "certificate.check_code")
                == (none.status_code, none.json()["code"])
            )


def test_with_the_check_code_the_public_rendering_is_given(service: Service) -> None:
    number, code = issued(service)
    summary = service.get(f"/certificates/{number}?k={code}").json()
    assert (summary["submitter"], summary["codes"], summary["documents"]) == (
        ABATTOIR, ["01/09521234100027/10/S20250602-07"], ["cert", "meatQualityCert", "productQuarantineCertB"],
    )  # fmt: skip
    assert summary["links"]["file"] == f"{BASE}/certificates/{number}.json?k={code}"
    assert shown_tiers(service, f"/certificates/{number}.json?k={code}") == [True, False, False]


def test_no_answer_holds_a_verdict(service: Service) -> None:
    number, code = issued(service)
    summary = service.get(f"/certificates/{number}?k={code}").json()
    assert "verdict" not in summary


def test_a_key_of_the_submitter_or_a_bureau_gets_its_own_rendering(service: Service) -> None:
    number, code = issued(service)
    path = f"/certificates/{number}.json"
    assert shown_tiers(service, path, service.key(ABATTOIR)) == [True, True, True]
    assert shown_tiers(service, path, service.key(AGR, "read")) == [True, True, False]
    assert shown_tiers(service, f"{path}?k={code}", service.key(AGR, "read")) == [True, True, False]
    assert service.get(path, service.key(AGR, "submit")).status_code == 403
    assert service.get(path, service.key(FARM)).status_code == 403
    assert shown_tiers(service, f"{path}?k={code}", service.key(FARM)) == [True, False, False]


def test_nothing_of_a_hidden_tier_is_in_the_public_file(service: Service) -> None:
    number, code = issued(service)
    text = service.get(f"/certificates/{number}.json?k={code}").text
    assert "虚构兽医乙" not in text and "3101234567" not in text


def test_the_file_is_canonical_with_and_without_staple(service: Service) -> None:
    number, code = issued(service)
    for query, has_staple in (("", False), ("&staple=1", True), ("&staple=0", False)):
        raw = service.get(f"/certificates/{number}.json?k={code}{query}").content
        assert canonical(parse(raw)) == raw
        assert (read_file(raw).staple is not None) is has_staple


def test_the_picture_is_a_qr_code_of_the_public_link(service: Service) -> None:
    zxing = pytest.importorskip("zxingcpp")
    image = pytest.importorskip("PIL.Image")
    number, code = issued(service)
    answer = service.get(f"/certificates/{number}.png?k={code}")
    assert answer.headers["content-type"] == "image/png"
    (read,) = zxing.read_barcodes(image.open(io.BytesIO(answer.content)))
    assert read.text == f"{BASE}/certificates/{number}?k={code}"


def test_a_number_that_was_never_given_is_unknown(service: Service) -> None:
    number, code = issued(service)
    wrong_check = number[:-1] + ("A" if number[-1] != "A" else "B")
    for text in ("SHFS-COM-1-1-0", wrong_check, "SHFS-NOBODY-1-0-0", "x", number.lower(), number.replace("SHFS", "OTHER")):
        for form in ("", ".json", ".png"):
            answer = service.get(f"/certificates/{text}{form}?k={code}")
            assert (answer.status_code, answer.json()["title"]) == (404, "查无此码，谨防假冒")
        assert service.get(f"/staples/{text}").status_code == 404


def test_a_closed_event_is_pending_and_never_unknown(service: Service) -> None:
    service.post("/capture", document(event()), service.key(ABATTOIR))
    service.close_all(COM)
    from certs.number import Number

    number = str(Number("SHFS", "COM", 1, 0))
    for path in (f"/certificates/{number}", f"/certificates/{number}.json", f"/certificates/{number}.png", f"/staples/{number}"):
        answer = service.get(path)
        assert (answer.status_code, answer.json()["title"]) == (202, "已受理·待上链")


def test_a_wrong_key_is_refused_even_where_none_is_needed(service: Service) -> None:
    number, code = issued(service)
    answer = service.get(f"/certificates/{number}?k={code}", {"Authorization": "Bearer no.key"})
    assert answer.status_code == 401


def test_a_certificate_of_a_member_we_do_not_serve_is_found_all_the_same(tmp_path: Path) -> None:
    """A member may stop being served here; what was issued stays readable."""
    service = Service(tmp_path)
    number, _ = issued(service)
    service.members[COM] = replace(service.members[COM], scope=0, served=False)
    assert service.get(f"/certificates/{number}").status_code == 200
    service.db.close()


UNIT = "01/09521234200024/21/{:02}"


def with_units(service: Service) -> tuple[str, str]:
    """(number, check code) of a certificate with an item tree of 17 units."""
    return issued(service, epcList=[f"https://id.gs1.org/{UNIT.format(at)}" for at in range(17)])


def test_with_the_check_code_a_unit_comes_with_its_proof_and_a_staple_for_it(service: Service) -> None:
    number, code = with_units(service)
    path = f"/certificates/{number}.json?k={code}&item={UNIT.format(3)}"
    raw = service.get(path).content
    file = read_file(raw)
    assert file.item is not None
    assert (file.item.code, file.item.index, file.staple) == (UNIT.format(3), 3, None)
    item_in_record(file.certificate, file.item)
    assert canonical(parse(raw)) == raw == service.get(path).content
    assert service.proofs.stapled is None
    stapled = read_file(service.get(f"{path}&staple=1").content)
    assert (stapled.item, stapled.staple is not None) == (file.item, True)
    assert service.proofs.stapled == UNIT.format(3)
    assert service.get(f"/certificates/{number}?k={code}").json()["items"]["size"] == 17


def test_a_key_has_a_units_proof_in_its_own_rendering(service: Service) -> None:
    number, _ = with_units(service)
    path = f"/certificates/{number}.json?item={UNIT.format(0)}"
    assert shown_tiers(service, path, service.key(ABATTOIR)) == [True, True, True]
    assert read_file(service.get(path, service.key(ABATTOIR)).content).item is not None


def test_without_the_check_code_there_is_no_item_proof_and_no_word_of_the_unit(service: Service) -> None:
    number, _ = with_units(service)
    for k in ("", "&k=AAAAAAAAAAAA"):
        for unit in (UNIT.format(0), UNIT.format(99)):
            answer = service.get(f"/certificates/{number}.json?item={unit}{k}")
            assert (answer.status_code, answer.json()["code"]) == (403, "certificate.check_code")


def test_a_unit_that_is_not_in_the_certificate_is_unknown(service: Service) -> None:
    number, code = with_units(service)
    for unit in (UNIT.format(99), "01/09521234200024", "x", "%00", "01/09521234100027/10/S20250602-07"):
        for path in (f"/certificates/{number}.json?k={code}&item={unit}", f"/staples/{number}?item={unit}"):
            answer = service.get(path)
            assert (answer.status_code, answer.json()["code"], answer.json()["title"]) == (
                404, "item.unknown", "查无此码，谨防假冒",
            )  # fmt: skip


def test_a_unit_that_the_certificate_names_itself_is_not_called_unknown(service: Service) -> None:
    number, code = issued(service, epcList=[f"https://id.gs1.org/{UNIT.format(0)}"])
    answer = service.get(f"/certificates/{number}.json?k={code}&item={UNIT.format(0)}")
    assert (answer.status_code, answer.json()["code"]) == (409, "item.named")


def test_a_staple_answers_for_the_unit_that_it_is_asked_for(service: Service) -> None:
    number, _ = with_units(service)
    assert service.get(f"/staples/{number}?item={UNIT.format(1)}").status_code == 200
    assert service.proofs.stapled == UNIT.format(1)
    service.get(f"/staples/{number}")
    assert service.proofs.stapled is None
