"""
Everything that speaks JSON-RPC: one chain behind a small port, and what the gateway asks of it.

It believes no node. A chain id is pinned, what a node says is recomputed from bytes where it can be, and the fate of a
transaction is read from the contract's state, never from an error text. It knows nothing of the gateway's store.
"""
