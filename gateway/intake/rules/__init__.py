"""The domain's rules: what the catalogue asks of one event. A rule is a pure function of a case, and says all it finds."""
