"""
A gateway for tests of its HTTP interface: the real application over a real SQLite store, with a clock that a test moves.

Batches are closed and issued by hand (`issue_all`), and staples and the bundle are fixed objects. Acts are asked for over the
fake chain, on which the four members vote; EDU has no signer here. No worker runs.
Every request is sent to the host evil.example, which must never come back, and every status must be described in the OpenAPI.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from eth_account import Account
from sqlalchemy import func, select

from certs.canonical import canonical
from certs.merkle import tree_levels
from certs.number import Number
from certs.suites import hash_function
from gateway import item_proofs, rendering
from gateway.acts.desk import Desk
from gateway.app import create_app
from gateway.auth import make_key
from gateway.catalogue.tables import Catalogue, read_catalogue
from gateway.intake.members import Member
from gateway.settings import Settings
from gateway.store import batches, certificates
from gateway.store.database import Database, migrate, open_database
from gateway.store.enterprises import Enterprise, register
from gateway.store.keys import insert_key
from gateway.store.tables import captures, events
from gateway.trust import Consortium
from ledger.collect import NamedMember
from ledger.signers import KeystoreSigner
from tests.described import Described
from tests.fake_chain import FakeChain

EVIL = "evil.example"
BASE = "https://trace.test"
NOW = 1_780_000_000  # 2026-05-28
EVERYTHING = 2**64 - 1
AGR, COM, EDU, AMR = "11310000TE5TB0067B", "11310000TE5TB0040K", "11310000TE5TB0059G", "11310000TE5TB0032Q"
CODES = {AGR: "AGR", COM: "COM", EDU: "EDU", AMR: "AMR"}
ACCOUNTS = {uscc: KeystoreSigner(Account.from_key(bytes([at + 1]) * 32)) for at, uscc in enumerate(CODES)}
FARM, ABATTOIR, MARKET, SHOP, KITCHEN = (
    "93320623TE5T00016W", "91310113TE5T00024G", "91310118TE5T00032K", "91310112TE5T00040P", "12310107TE5T000758",
)  # fmt: skip
PLANT, PLATFORM = "91310120TE5T000597", "91310110TE5T00411H"
KINDS = {
    FARM: "farm", ABATTOIR: "slaughterhouse", MARKET: "wholesale_market", SHOP: "supermarket", KITCHEN: "school_canteen",
    PLANT: "infant_formula_producer", PLATFORM: "ecommerce_platform",
}  # fmt: skip
ENTERPRISES = {FARM: AGR, ABATTOIR: COM, MARKET: COM, SHOP: COM, KITCHEN: EDU, PLANT: AMR, PLATFORM: COM}
_MIGRATED: list[bytes] = []
_DESCRIBED: list[Described] = []  # the same for every service
CONTEXT = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", {"cn": "https://trace.example.cn/ns/cn/"}]


def event(**changes: Any) -> dict[str, Any]:
    """A good event of the abattoir with something in every tier; `None` leaves a field out, `__` in a name stands for `:`."""
    made: dict[str, Any] = {
        "type": "ObjectEvent",
        "eventTime": "2025-06-02T03:00:00.000+08:00",
        "eventTimeZoneOffset": "+08:00",
        "bizStep": "inspecting",
        "action": "OBSERVE",
        "quantityList": [{"epcClass": "https://id.gs1.org/01/09521234100027/10/S20250602-07", "quantity": 8010.5, "uom": "KGM"}],
        "readPoint": {"id": "https://id.gs1.org/414/9521234000020/254/INSP"},
        "bizTransactionList": [{"type": "cert", "bizTransaction": "https://trace.example.cn/id/qcert/productB/3101234567"}],
        "cn:uscc": ABATTOIR,
        "cn:category": "pork",
        "cn:link": "post_mortem",
        "cn:productQuarantineCertB": "3101234567",
        "cn:meatQualityCert": "ABA-PZ-250602-07",
        "cn:officialVet": "虚构兽医乙",
    }
    made.update({name.replace("__", ":"): value for name, value in changes.items()})
    return {name: value for name, value in made.items() if value is not None}


def document(*listed: dict[str, Any], **changes: Any) -> bytes:
    """An EPCISDocument of these events, as bytes."""
    made = {
        "@context": CONTEXT,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2025-06-02T04:00:00+08:00",
        "epcisBody": {"eventList": list(listed)},
        **changes,
    }
    return json.dumps(made, ensure_ascii=False).encode()


@dataclass
class FixedProofs:
    """The certificate is really rendered; staple and bundle are what the test says. `failure` is raised by both."""

    db: Database
    failure: Exception | None = None
    found: list[str] = field(default_factory=list)
    stapled: str | None = None  # the unit that a staple was last asked for

    def certificate(self, number: str, wanted: str) -> dict[str, Any] | None:
        return rendering.certificate(self.db, number, wanted)

    def item(self, number: str, unit: str) -> dict[str, Any] | None:
        return item_proofs.item_proof(self.db, number, unit)

    def staple(self, number: str, unit: str | None = None) -> dict[str, Any] | None:
        if unit is not None:
            self.item(number, unit)
        self.stapled = unit
        if self.failure is not None:
            raise self.failure
        return {"headers": ["0xc0"], "nodes": []}

    def trust(self) -> dict[str, Any]:
        if self.failure is not None:
            raise self.failure
        return {"format": "shisu-trust/1"}

    def troubles(self) -> list[str]:
        return self.found


class Service:
    """The application, its store and its keys."""

    def __init__(
        self,
        directory: Path,
        *,
        catalogue: Catalogue | None = None,
        served: Mapping[str, bool] | None = None,
        suites: Mapping[str, int] | None = None,
        rates: Mapping[str, float] | None = None,
        trusted_proxies: tuple[str, ...] = (),
        **limits: Any,
    ) -> None:
        self.db = _empty_store(directory / "gateway.db")
        self.now = NOW
        self.uptime = 0.0  # seconds of the monotonic clock
        self.proofs = FixedProofs(self.db)
        self._drawn = 0
        self.settings = Settings(
            database_url="sqlite:///unused",
            rpc_urls=("http://127.0.0.1:1",),
            manifest=directory / "manifest.json",
            public_url=BASE,
            members=tuple({"uscc": uscc, "code": code, "name": code} for uscc, code in CODES.items()),
            limits=limits,
            rates=rates or {},
            trusted_proxies=trusted_proxies,
        )
        self.members = {
            uscc: Member(code, EVERYTHING, (served or {}).get(uscc, True), (suites or {}).get(uscc, 1))
            for uscc, code in CODES.items()
        }
        self.chain = FakeChain({ACCOUNTS[uscc].address: (uscc, code) for uscc, code in CODES.items()})
        named = tuple(NamedMember(uscc, code, f"{code} 局") for uscc, code in CODES.items())
        self.consortium = Consortium(
            deployment=self.chain.deployment(),
            engine="qbft",
            network="development",
            name="测试联盟",
            prefix="SHFS",
            members=named,
        )
        signers = {uscc: account.address for uscc, account in ACCOUNTS.items() if uscc != EDU}
        self.app = create_app(
            self.settings,
            self.db,
            proofs=self.proofs,
            desk=Desk(self.db, self.chain, self.consortium, signers=signers, now=lambda: self.now),
            members=self.members,
            catalogue=catalogue or read_catalogue(),
            now=lambda: self.now,
            monotonic=lambda: self.uptime,
            random=self.random,
        )
        if not _DESCRIBED:
            _DESCRIBED.append(Described(self.app.openapi()))
        self.described = _DESCRIBED[0]
        with self.db.write() as tx:
            for uscc, member in ENTERPRISES.items():
                register(tx, Enterprise(uscc, "示例", KINDS[uscc], member))

    def random(self, length: int) -> bytes:
        """Bytes that never repeat, the same in every run."""
        self._drawn += 1
        return hashlib.shake_256(self._drawn.to_bytes(8, "big")).digest(length)

    def key(self, owner: str, *rights: str, on_behalf: tuple[str, ...] = (), valid_s: int = 3600) -> dict[str, str]:
        """A new key, as the header that carries it; `submit` and `read` unless said otherwise."""
        stored, text = make_key(
            owner, rights=rights or ("submit", "read"), on_behalf=on_behalf, now=self.now, valid_s=valid_s, random=self.random
        )
        with self.db.write() as tx:
            insert_key(tx, stored)
        return {"Authorization": f"Bearer {text}"}

    def request(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, content: bytes | list[bytes] | None = None
    ) -> httpx.Response:
        """One request; a list of bytes is sent in chunks, without a length."""

        async def chunks(parts: list[bytes]) -> AsyncIterator[bytes]:
            for part in parts:
                yield part

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url=f"http://{EVIL}") as client:
                body = chunks(content) if isinstance(content, list) else content
                return await client.request(method, path, headers=headers, content=body)

        answer = asyncio.run(send())
        said = str(answer.headers) + answer.text
        assert EVIL not in said, "the Host header came back"
        assert self.described.has(method, path, answer.status_code), f"{method} {path}: {answer.status_code} is not described"
        return answer

    def get(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        """GET."""
        return self.request("GET", path, headers=headers)

    def post(self, path: str, content: bytes | list[bytes], key: dict[str, str] | None = None, **headers: str) -> httpx.Response:
        """POST of JSON."""
        sent = {
            "Content-Type": "application/json",
            **(key or {}),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        return self.request("POST", path, headers=sent, content=content)

    def stored(self) -> tuple[int, int]:
        """(captures, events) in the store."""
        with self.db.read() as tx:
            return tuple(tx.execute(select(func.count()).select_from(table)).scalar_one() for table in (captures, events))  # type: ignore[return-value]

    def rows(self) -> list[Any]:
        """Every event row, oldest first."""
        with self.db.read() as tx:
            return list(tx.execute(select(events).order_by(events.c.id)))

    def close_all(self, member: str, *, seq: int = 1) -> int:
        """Closes the member's open events as one batch; its row id."""
        with self.db.write() as tx:
            ids = batches.open_ids(tx, member, 1, limit=10_000)
            levels = tree_levels([record.leaf for record in batches.open_records(tx, ids)], hash_function(1))
            tree = b"".join(node for level in levels for node in level)
            return batches.close(
                tx,
                batches.Closing(member=member, seq=seq, root=levels[-1][0], scope=3, suite=1, tree=tree, event_ids=ids),
                now=self.now,
            )

    def issue_all(self, member: str) -> list[str]:
        """Closes the member's open events and gives them numbers, with evidence that proves nothing."""
        batch_id = self.close_all(member)
        package = canonical({"chainId": 1, "headers": ["0xc0"], "index": 0, "log": 0, "nodes": []})
        with self.db.write() as tx:
            batches.move(tx, batch_id, source=("closed",), to="issued", now=self.now)
            certificates.add_edition(tx, batch_id, transaction_hash=bytes(32), package=package, now=self.now)
            rows = certificates.leaf_rows(tx, batch_id)
            numbers = [(str(Number("SHFS", CODES[member], 1, index)), row, index) for index, row in rows]
            certificates.issue(tx, batch_id, numbers, now=self.now)
        return [number for number, _, _ in numbers]


def _empty_store(path: Path) -> Database:
    """A migrated store; the migration is run once a session and its file copied."""
    if not _MIGRATED:
        first = open_database(f"sqlite:///{path}")
        migrate(first)
        first.close()
        _MIGRATED.append(path.read_bytes())
    path.write_bytes(_MIGRATED[0])
    path.chmod(0o600)
    return open_database(f"sqlite:///{path}")


def service_in(directory: Path, **options: Any) -> Iterator[Service]:
    """A service that is closed afterwards, for fixtures."""
    service = Service(directory, **options)
    yield service
    service.db.close()
