"""
One certificate file against one bundle: runs the numbered steps and decides the verdict (PROTOCOL.md §7).

MALFORMED ends the run. With a bundle that does not hold only steps 1–3 are run. Otherwise every step whose inputs exist is run,
and the verdict is the first FORGED step, else FOREIGN, else CANNOT CHECK, else what the status says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from certs.certificate import CertificateFile, FormError, read_file
from certs.chronology import Moment
from certs.codes import code_keys
from certs.consensus.endorsement import Endorsement
from certs.errors import CannotCheck, CertError, ForeignCertificate, MalformedCertificate
from certs.evidence import pick_log, prove_receipt, read_first_header
from certs.evm.header import Header
from certs.evm.log import Anchored, decode_anchored
from certs.evm.receipt import Log, Receipt
from certs.evm.trie import NodeSet
from certs.limits import LIMITS
from certs.number import has_number_form
from certs.staple import Place
from certs.trust import Bundle
from certs.verify import steps
from certs.verify.notes import notes_of
from certs.verify.report import DEVELOPMENT_STAMP, AsOf, Finding, Report, Verdict
from certs.verify.status import StatusFinding, is_ahead, read_staple

T = TypeVar("T")
_DAY_S = 86_400
_STATUS_STEP = 9


def verify(raw: bytes, bundle: Bundle | CannotCheck, *, now: int, freshness_days: int = LIMITS.freshness_days) -> Report:
    """Verifies the bytes of a certificate file. Never raises for anything in `raw`.

    `bundle` is what `certs.trust.load_bundle` returned, or the `CannotCheck` it raised; `now` is seconds since 1970.
    """
    try:
        file = read_file(raw)
    except MalformedCertificate as error:
        step = 2 if isinstance(error, FormError) else 1
        failed = Finding(step, "malformed", error.code, error.field)
        return Report(Verdict.MALFORMED, step, error.code, field=error.field, steps=(failed,), notes=_stamp(bundle))
    return _Run(file, now, freshness_days * _DAY_S).report(bundle)


def not_checked(
    code: str, bundle: Bundle | CannotCheck, *, verdict: Verdict = Verdict.CANNOT_CHECK, number: str | None = None
) -> Report:
    """A report about something that never got as far as the steps; stamped like every verdict of a development bundle."""
    return Report(verdict, None, code, number=number, notes=_stamp(bundle))


def _stamp(bundle: Bundle | CannotCheck) -> tuple[tuple[str, str], ...]:
    return (DEVELOPMENT_STAMP,) if isinstance(bundle, Bundle) and bundle.is_development else ()


@dataclass(slots=True)
class _Run:
    """The state of one verification: what has been proven so far, and what each step found."""

    file: CertificateFile
    now: int
    freshness_s: int
    findings: list[Finding] = field(default_factory=lambda: [Finding(1, "ok"), Finding(2, "ok")])
    header: Header | None = None
    endorsement: Endorsement | None = None
    run: tuple[Moment, ...] = ()
    status: StatusFinding | None = None
    anchored: Anchored | None = None

    def attempt(self, step: int, check: Callable[[], T]) -> T | None:
        """Runs one check and notes what it found; None when it did not hold."""
        try:
            value = check()
        except ForeignCertificate as error:
            self.findings.append(Finding(step, "foreign", error.code, error.field))
        except CannotCheck as error:
            self.findings.append(Finding(step, "cannot check", error.code, error.field))
        except CertError as error:
            self.findings.append(Finding(step, "false", error.code, error.field))
        else:
            self.findings.append(Finding(step, "ok"))
            return value
        return None

    def report(self, bundle: Bundle | CannotCheck) -> Report:
        """Runs steps 3 to 10 and says what came out."""
        leaf = self.attempt(3, lambda: steps.leaf_from_tiers(self.file.certificate))
        if isinstance(bundle, CannotCheck):
            self.findings.append(Finding(0, "cannot check", bundle.code, bundle.field))
            return self._decide(None)
        self.findings.append(Finding(0, "ok"))
        self._prove(bundle, leaf)
        return self._decide(bundle)

    def _prove(self, bundle: Bundle, leaf: bytes | None) -> None:
        certificate = self.file.certificate
        evidence = certificate.evidence
        nodes = NodeSet(evidence.nodes)
        self.header = self.attempt(5, lambda: read_first_header(bundle.engine, evidence.headers[0]))
        if self.header is None:
            self._tree(leaf)
            return
        header = self.header
        receipt = self._same_step(5, lambda: prove_receipt(nodes, header, evidence.index))
        log = self._log(receipt)
        stranger = log is not None and log.address != bundle.contracts.anchor_log
        if log is not None and not stranger:
            self.anchored = self._same_step(5, lambda: decode_anchored(log))
        self._transaction(nodes, header, bundle, receipt, target=log.address if log else bundle.contracts.anchor_log)
        foreign_chain = self._found(6, "foreign")
        if not foreign_chain:
            self._endorse(header, bundle)
        foreign = foreign_chain or self._found(7, "foreign")
        if stranger:
            self._replace(5, "foreign" if foreign else "false", "log.address.foreign" if foreign else "log.address")
        else:
            self._tree(leaf)
            if not foreign:
                self._about_the_log(header, bundle)
        self.attempt(10, lambda: steps.event_before_block(certificate, header, self.now))

    def _log(self, receipt: Receipt | None) -> Log | None:
        """Step 5: the log, whoever wrote it."""
        if receipt is None:
            return None
        return self._same_step(5, lambda: pick_log(receipt, self.file.certificate.evidence.log))

    def _transaction(self, nodes: NodeSet, header: Header, bundle: Bundle, receipt: Receipt | None, *, target: bytes) -> None:
        certificate, kind = self.file.certificate, receipt.type if receipt else None
        transaction = self.attempt(6, lambda: steps.transaction_of(certificate, nodes, header))
        if transaction is not None:
            self._same_step(6, lambda: steps.transaction_is_ours(certificate, transaction, bundle, kind, target=target))

    def _endorse(self, header: Header, bundle: Bundle) -> None:
        """Step 7. Only an endorsed run is history that the staple is held against."""
        endorsed = self.attempt(7, lambda: steps.endorsed(self.file.certificate, header, bundle))
        if endorsed is not None:
            self.endorsement, self.run = endorsed
            self._same_step(7, lambda: steps.fits_history(self.run, header, bundle))

    def _tree(self, leaf: bytes | None) -> None:
        """Step 4, as far as the log and the leaf are there."""
        certificate, item, anchored = self.file.certificate, self.file.item, self.anchored
        if anchored is not None and leaf is not None:
            self.attempt(4, lambda: steps.leaf_in_tree(certificate, leaf, anchored))
        asked = self._found(4, "ok", "false")
        if item is not None:
            self._same_step(4, lambda: steps.item_in_record(certificate, item))
            if not asked and self._found(4, "ok"):  # half of the step holds; the other half could not be asked
                self.findings = [f for f in self.findings if f.step != 4]

    def _about_the_log(self, header: Header, bundle: Bundle) -> None:
        """Steps 8 and 9, which need the proven log."""
        certificate, item, anchored = self.file.certificate, self.file.item, self.anchored
        if anchored is None:
            return
        self.attempt(8, lambda: steps.record_agrees(certificate, anchored, bundle))
        codes = [*certificate.public["codes"], *([item.code] if item else [])]
        place = Place(anchored, certificate.index, code_keys(codes))
        self.status = self.attempt(
            _STATUS_STEP,
            lambda: read_staple(
                self.file.staple,
                bundle=bundle,
                place=place,
                anchor=header,
                anchor_run=self.run,
                now=self.now,
                freshness_s=self.freshness_s,
            ),
        )

    def _same_step(self, step: int, check: Callable[[], T]) -> T | None:
        """A further check of a step: its finding replaces the step's `ok`, and a fault already found stays."""
        value = self.attempt(step, check)
        latest = self.findings.pop()
        if not self._found(step, "false", "foreign", "cannot check"):
            self.findings = [f for f in self.findings if f.step != step]
            self.findings.append(latest)
        return value

    def _replace(self, step: int, result: str, code: str) -> None:
        self.findings = [f for f in self.findings if f.step != step]
        self.findings.append(Finding(step, result, code, "/evidence/log"))

    def _found(self, step: int, *results: str) -> bool:
        return any(f.step == step and f.result in results for f in self.findings)

    def _decide(self, bundle: Bundle | None) -> Report:
        done = {f.step: f for f in self.findings}
        ordered = tuple(done.get(step, Finding(step, "not run")) for step in range(11))
        for result, verdict in (("false", Verdict.FORGED), ("foreign", Verdict.FOREIGN), ("cannot check", Verdict.CANNOT_CHECK)):
            first = next((f for f in ordered if f.result == result), None)
            if first is not None:
                return self._say(bundle, verdict, first, ordered)
        return self._say(bundle, *self._status_verdict(bundle), ordered)

    def _status_verdict(self, bundle: Bundle | None) -> tuple[Verdict, Finding]:
        status = self.status
        if status is None or bundle is None:  # every earlier step held, so step 9 was run: a gap here is our own fault
            raise RuntimeError("verification ended without a finding")
        if status.adverse:
            return Verdict[status.adverse[0].status.name], Finding(_STATUS_STEP, "status", status.code)
        ahead = is_ahead(bundle.head.time, self.now) or (
            status.header is not None and is_ahead(status.header.timestamp, self.now)
        )
        if ahead:
            return Verdict.CANNOT_CHECK, Finding(_STATUS_STEP, "cannot check", "time.clock")
        if status.code == "staple.active":
            return Verdict.VALID, Finding(_STATUS_STEP, "ok", "staple.active")
        return Verdict.AUTHENTIC, Finding(_STATUS_STEP, "status", status.code)

    def _say(self, bundle: Bundle | None, verdict: Verdict, finding: Finding, ordered: tuple[Finding, ...]) -> Report:
        if finding.step == _STATUS_STEP:
            ordered = tuple(finding if f.step == _STATUS_STEP else f for f in ordered)
        return Report(
            verdict=verdict,
            step=None if verdict is Verdict.VALID else finding.step,
            code=finding.code,
            number=self.file.certificate.number if has_number_form(self.file.certificate.number) else None,
            field=finding.field,
            as_of=self._as_of(),
            steps=ordered,
            notes=notes_of(self.file.certificate, bundle, self.header, self.endorsement, self.status, verdict),
        )

    def _as_of(self) -> AsOf | None:
        """The newest endorsed block this run has proven."""
        if self.status is not None and self.status.header is not None and self.status.endorsement is not None:
            header, endorsement = self.status.header, self.status.endorsement
        elif self.header is not None and self.endorsement is not None:
            header, endorsement = self.header, self.endorsement
        else:
            return None
        return AsOf(header.number, header.timestamp, len(endorsement.signers), endorsement.total)
