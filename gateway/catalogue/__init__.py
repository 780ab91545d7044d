"""Dated tables that are data, never code: varieties, links, tiers, documents. Read by `gateway.catalogue.tables`."""
