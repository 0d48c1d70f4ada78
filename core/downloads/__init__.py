"""What is fetched: pinned addresses and checksums, resumed and verified."""
