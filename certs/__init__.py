"""The pure core (上链凭证): records, proofs and verdicts. No network, no database, no clock that it did not receive."""
