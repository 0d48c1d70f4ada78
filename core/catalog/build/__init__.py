"""Catalogues from records, on one machine or a cluster, in parts that survive a kill."""
