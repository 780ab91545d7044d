"""Endorsement by consensus engine: QBFT and Clique headers, and the counting of signers."""
