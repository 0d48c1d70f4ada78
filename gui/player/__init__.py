"""Playing a clip in the window, from YouTube, where the optional extra `player` is installed."""
