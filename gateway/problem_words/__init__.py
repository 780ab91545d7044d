"""The words of every problem, one file a subject; `gateway.problems` puts them together."""
