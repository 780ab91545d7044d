"""The auditor: everything that can be derived from stored rows is derived again, and compared with what stands beside it."""
