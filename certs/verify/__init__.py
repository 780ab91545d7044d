"""The verifier: bytes of a certificate file and a pinned bundle in, a `Report` out. No network, no clock of its own."""

from certs.verify.report import Report, Verdict, worst
from certs.verify.run import not_checked, verify

__all__ = ["Report", "Verdict", "not_checked", "verify", "worst"]
