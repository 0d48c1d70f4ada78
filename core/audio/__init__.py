"""Sound in: files, the microphone, and VGGish's log-mel front end."""
