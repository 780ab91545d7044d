"""The HTTP interface: one resource a file. `parts` is what routes work with, `body` and `caller` how requests are read."""
