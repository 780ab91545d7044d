"""Ethereum bytes, read strictly: RLP, headers, transactions, receipts, logs, tries, state."""
