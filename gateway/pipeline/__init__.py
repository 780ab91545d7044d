"""From open events to issued certificates: one arrow a file."""
