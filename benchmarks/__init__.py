"""Measurements behind every claim of speed: ratios against a named peer in the same run."""
