"""EPCIS 2.0 and CBV 2.0 as tables, and one event judged by them."""
