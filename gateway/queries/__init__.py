"""EPCIS queries: parameters in, pages of events out."""
