"""
One can in 9,988: the formula chain's coding event with its real serial file, anchored, and proofs of its units checked by a
stranger who has nothing but the bytes and a bundle.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update

from certs.assemble import file_of
from certs.canonical import canonical
from certs.codes import code_key
from certs.scope import scope_bits
from certs.slots import code_status_slot
from certs.staple import Status
from certs.trust import Bundle, load_bundle
from certs.verify import Report, Verdict, verify
from gateway.catalogue.tables import read_catalogue
from gateway.errors import Refused
from gateway.intake.checks import Facts
from gateway.intake.context import content_sha256
from gateway.intake.epcis import Document
from gateway.intake.keep import Arrival, Stored, keep_event
from gateway.intake.members import Member
from gateway.intake.records import Intake
from gateway.intake.serials import keep_serials
from gateway.item_proofs import item_proof
from gateway.rendering import certificate
from gateway.staples import Staples
from gateway.store.errors import RowEdited
from gateway.store.tables import captures, items
from gateway.trust import current_bundle
from tests.member_line import Bench, open_bench
from tests.service import EVERYTHING
from tests.world import MEMBER, MEMBER_CODE, SUBMITTER

DATA = Path("/work/shared/data/shanghai")
NUMBER = "SHFS-COM-1-0-R"
LOT = "01/09521234200024/10/250603A1"
FIRST, LAST, VOIDED = "7K3M9QX2VB4T", "BKQGU3UP2HH7", "E8TDFPKWPPSG"


def draw() -> Iterator[bytes]:
    at = 0
    while True:
        at += 1
        yield hashlib.sha256(at.to_bytes(8, "big")).digest()


def keep_coding(bench: Bench, suite: int) -> None:
    """The serial file and then the event that cites it, as intake takes them."""
    raw = (DATA / "formula_serials.csv").read_bytes()
    rows = enumerate(csv.DictReader(raw.decode().splitlines()), 2)
    sha256 = hashlib.sha256(raw).digest()
    assert not isinstance(keep_serials(bench.database, submitter=SUBMITTER, sha256=sha256, rows=rows, now=0), list)
    chain = json.loads((DATA / "infant-formula.epcis.json").read_text("utf-8"))
    coding, sale = chain["epcisBody"]["eventList"][3], chain["epcisBody"]["eventList"][13]
    document, drawn = Document(chain["@context"], (coding, sale), sha256), draw()
    intake = Intake(
        catalogue=read_catalogue(), members={MEMBER: Member(MEMBER_CODE, EVERYTHING, True, suite)},
        hosts=frozenset({"id.gs1.org"}), future_s=0,
        now=lambda: bench.clock, random=lambda _: next(drawn),
    )  # fmt: skip
    facts = [
        Facts(
            event_id=None, member=MEMBER, submitter=SUBMITTER, category="infant_formula", class_="livestock", stage="slaughter",
            codes=(), scope=scope_bits("livestock", "slaughter"), content_sha256=content_sha256(event, chain["@context"]),
        )
        for event in document.events
    ]  # fmt: skip
    with bench.database.write() as tx:
        tx.execute(
            insert(captures).values(
                id="c", owner=SUBMITTER, document_sha256=sha256, error_behaviour="rollback", created_at=0, finished_at=0,
                result="[]",
            )
        )  # fmt: skip
        for at in range(2):
            assert isinstance(keep_event(tx, intake, document, at, facts[at], Arrival("c", sha256, bench.clock)), Stored)


@pytest.fixture(scope="module", params=[1, 2], ids=["sha256", "sm3"])
def bench(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with open_bench(tmp_path_factory.mktemp("store")) as opened:
        keep_coding(opened, request.param)
        with opened.worker(shuffle=lambda _: None) as worker:
            opened.settle(worker)
        for at in range(500):  # in an empty registry few nodes answer for everything
            opened.chain.world.set_status(code_status_slot(code_key(str(at))), Status.ACTIVE)
        opened.chain.mine()
        yield opened


@pytest.fixture
def bundle(bench: Bench) -> Bundle:
    return load_bundle(canonical(current_bundle(bench.chain, bench.line().consortium)))


def staple(bench: Bench, unit: str | None) -> Any:
    made = Staples(bench.database, bench.chain, bench.line().consortium, monotonic=lambda: float(bench.clock))
    return made.current(NUMBER, unit)


def proof(bench: Bench, serial: str) -> dict[str, Any]:
    made = item_proof(bench.database, NUMBER, f"{LOT}/21/{serial}")
    assert made is not None
    return made


def judged(bench: Bench, bundle: Bundle, item: Any, shown: Any = None) -> Report:
    made = certificate(bench.database, NUMBER, "public")
    assert made is not None
    return verify(canonical(file_of(made, item=item, staple=shown)), bundle, now=bench.clock)


@contextmanager
def said_of(bench: Bench, code: str, status: Status) -> Iterator[None]:
    """For a while the registry says this of a code."""
    world, slot = bench.chain.world, code_status_slot(code_key(code))
    world.set_status(slot, status)
    bench.chain.mine()
    yield
    del world.storage[world.registry][slot]
    bench.chain.mine()


def serials() -> list[str]:
    with (DATA / "formula_serials.csv").open(encoding="utf-8", newline="") as text:
        return [row["序列号"] for row in csv.DictReader(text) if row["状态"] == "已激活"]


def test_any_cans_proof_verifies_offline(bench: Bench, bundle: Bundle) -> None:
    listed = serials()
    assert (listed[0], listed[-1], len(listed)) == (FIRST, LAST, 9_988)
    for at in (0, 1, 2_047, 2_048, 4_999, 8_191, 8_192, 9_986, 9_987):
        made = proof(bench, listed[at])
        assert made["index"] == at
        report = judged(bench, bundle, made)
        assert (report.verdict, report.code) == (Verdict.AUTHENTIC, "staple.absent")


def test_a_certificate_with_a_cans_proof_and_staple_is_valid(bench: Bench, bundle: Bundle) -> None:
    assert judged(bench, bundle, proof(bench, FIRST), staple(bench, f"{LOT}/21/{FIRST}")).verdict is Verdict.VALID


def test_a_staple_that_was_not_asked_for_the_can_does_not_make_it_valid(bench: Bench, bundle: Bundle) -> None:
    with said_of(bench, f"{LOT}/21/{LAST}", Status.SUSPENDED):
        report = judged(bench, bundle, proof(bench, LAST), staple(bench, None))
    assert (report.verdict, report.code) == (Verdict.AUTHENTIC, "staple.unanswered")


def test_another_cans_proof_is_forged(bench: Bench, bundle: Bundle) -> None:
    mine, other = proof(bench, FIRST), proof(bench, LAST)
    for wrong in (
        {**other, "code": mine["code"]},
        {**mine, "salt": other["salt"]},
        {**mine, "index": other["index"]},
        {**mine, "path": other["path"]},
        {**mine, "code": f"{LOT}/21/{VOIDED}"},
        {**mine, "code": f"01/09521234200024/10/OTHER/21/{FIRST}"},
    ):
        report = judged(bench, bundle, wrong)
        assert (report.verdict, report.step) == (Verdict.FORGED, 4)


@pytest.mark.parametrize("code", [f"{LOT}/21/{FIRST}", LOT, "01/09521234200024"])
def test_a_recall_of_the_can_its_lot_or_its_product_shows_on_the_can(bench: Bench, bundle: Bundle, code: str) -> None:
    with said_of(bench, code, Status.RECALLED):
        shown = {serial: staple(bench, f"{LOT}/21/{serial}") for serial in (FIRST, LAST)}
        verdicts = {serial: judged(bench, bundle, proof(bench, serial), shown[serial]).verdict for serial in shown}
        whole = judged(bench, bundle, None, staple(bench, None)).verdict
    only_the_can = code.endswith(FIRST)
    assert verdicts[FIRST] is Verdict.RECALLED
    assert verdicts[LAST] is whole is (Verdict.VALID if only_the_can else Verdict.RECALLED)


def test_a_can_may_be_asked_for_as_its_label_has_it(bench: Bench) -> None:
    assert item_proof(bench.database, NUMBER, f"01/09521234200024/21/{FIRST}") == proof(bench, FIRST)


@pytest.mark.parametrize(
    "unit",
    [
        f"{LOT}/21/{VOIDED}", f"01/09521234200024/21/{VOIDED}", f"01/09521234200024/10/OTHER/21/{FIRST}", LOT,
        "01/09521234200024", "00/095212340000000013", "", "x", f"https://id.gs1.org/01/09521234200024/21/{FIRST}",
        f"{LOT}/21/{FIRST.lower()}",
    ],
)  # fmt: skip
def test_what_is_no_unit_of_the_certificate_has_neither_proof_nor_staple(bench: Bench, unit: str) -> None:
    with pytest.raises(Refused, match=r"^item\.unknown$"):
        item_proof(bench.database, NUMBER, unit)
    with pytest.raises(Refused, match=r"^item\.unknown$"):
        staple(bench, unit)


@pytest.mark.parametrize("unit", [f"{LOT}/21/{FIRST}", f"01/09521234200024/21/{FIRST}"])
def test_a_can_that_a_certificate_names_itself_needs_no_proof(bench: Bench, unit: str) -> None:
    with pytest.raises(Refused, match=r"^item\.named$"):
        item_proof(bench.database, "SHFS-COM-1-1-P", unit)


def test_a_number_never_issued_has_no_item_proof(bench: Bench) -> None:
    assert item_proof(bench.database, "SHFS-COM-7-0-X", f"{LOT}/21/{FIRST}") is None


def test_a_staple_is_kept_for_each_can(bench: Bench) -> None:
    made = Staples(bench.database, bench.chain, bench.line().consortium, monotonic=lambda: 0.0)
    first, again = made.current(NUMBER, f"{LOT}/21/{FIRST}"), made.current(NUMBER, f"01/09521234200024/21/{FIRST}")
    assert first is again
    assert made.current(NUMBER, f"{LOT}/21/{LAST}") is not first
    assert made.current(NUMBER) is not first


def test_a_salt_that_was_edited_gives_no_proof(bench: Bench) -> None:
    edit = update(items).where(items.c.position == 5)
    with bench.database.write() as tx:
        salt = tx.execute(items.select().where(items.c.position == 5)).one().salt
        tx.execute(edit.values(salt=bytes(32)))
    with pytest.raises(RowEdited, match=r"store\.item\.root"):
        proof(bench, FIRST)
    with bench.database.write() as tx:
        tx.execute(edit.values(salt=salt))
    assert proof(bench, FIRST)["index"] == 0
