"""What a sound is: tags by the built-in listener or by the tagger on VGGish's frames."""
