"""The official files that the trained VGGish needs: pinned, verified, never trusted by name."""
