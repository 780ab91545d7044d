"""What a report says beyond its verdict: who states it, which block shows it, who signed, and what to keep in mind."""

from __future__ import annotations

from certs.certificate import Certificate
from certs.consensus.endorsement import Endorsement
from certs.evm.header import Header
from certs.number import parse_number
from certs.staple import Status
from certs.times import format_time
from certs.trust import Bundle
from certs.verify.report import DEVELOPMENT_STAMP, Verdict
from certs.verify.status import StatusFinding

Note = tuple[str, str]
_UNPROVEN = (Verdict.FORGED, Verdict.FOREIGN)
_STATUS_WORDS: dict[Status, Note] = {
    Status.RECALLED: ("已召回", "recalled"),
    Status.REVOKED: ("已撤销", "revoked"),
    Status.SUSPENDED: ("已暂停", "suspended"),
    Status.SUPERSEDED: ("已更正", "superseded"),
}
_RETIRED_KEYS = (
    "该记录在较早的共识节点名单下上链；没有状态证明时，不能排除用已退役密钥伪造。",
    "This was anchored under an earlier validator set: without a status proof this could have been made with retired keys.",
)
_NO_LOCKING = (
    "本链为 Clique 共识：签名表示背书，不是不可逆的最终确认。",
    "This chain runs Clique: endorsement, not irrevocable finality.",
)
_FEW = ("共识节点少于四个，不能容忍一个节点作恶。", "Fewer than four validators: not fault tolerant.")


def notes_of(
    certificate: Certificate,
    bundle: Bundle | None,
    header: Header | None,
    endorsement: Endorsement | None,
    status: StatusFinding | None,
    verdict: Verdict,
) -> tuple[Note, ...]:
    """The notes of a report, in reading order."""
    notes: list[Note] = []
    if bundle is None:
        return ()
    if bundle.is_development:
        notes.append(DEVELOPMENT_STAMP)
    if verdict not in _UNPROVEN and header is not None and endorsement is not None:
        notes += _proven(certificate, bundle, header, endorsement, verdict)
    if verdict not in _UNPROVEN and status is not None:
        notes += _status_notes(certificate, status)
    if any(e is not None and not e.fault_tolerant for e in (endorsement, status.endorsement if status else None)):
        notes.append(_FEW)
    return tuple(notes)


def _proven(certificate: Certificate, bundle: Bundle, header: Header, endorsement: Endorsement, verdict: Verdict) -> list[Note]:
    member = certificate.public["member"]
    stated_by = f"{bundle.members[member]} {member}" if member in bundle.members else member
    when = format_time(header.timestamp)
    signed = f"{len(endorsement.signers)}/{endorsement.total}"
    notes = [
        (f"所列数据由「{stated_by}」上链声明，区块 {header.number}，上链时间 {when}，共识节点签名 {signed}。",
         f"As stated by {stated_by}; anchored in block {header.number} at {when}, signed by {signed} validators."),
    ]  # fmt: skip
    if bundle.engine == "clique":
        notes.append(_NO_LOCKING)
    if verdict is Verdict.AUTHENTIC and bundle.set_at(header.number).epoch != bundle.sets[-1].epoch:
        notes.append(_RETIRED_KEYS)
    return notes


def _status_notes(certificate: Certificate, status: StatusFinding) -> list[Note]:
    notes: list[Note] = []
    for word in status.adverse:
        zh, en = _STATUS_WORDS[word.status]
        when = format_time(word.time)
        notes.append(
            (f"状态：{zh}（{when}，原因代码 {word.reason}）。", f"Status: {en} since {when}, reason code {word.reason}.")
        )
        if word.successor is not None:
            successor = _successor(certificate, word.successor)
            notes.append((f"更正后的凭证：{successor}。", f"The certificate that replaces it: {successor}."))
    if status.code in ("staple.old", "staple.unanswered") and status.header is not None:
        when = format_time(status.header.timestamp)
        notes.append((f"最近一次状态证明截至 {when}。", f"Last known status: {when}."))
    return notes


def _successor(certificate: Certificate, place: tuple[int, int]) -> str:
    """The number at another place of the same member; the certificate's own number has been checked by step 8."""
    number = parse_number(certificate.number)
    return str(type(number)(number.prefix, number.code, *place))
