"""TFRecords of AudioSet and YouTube-8M, from files, folders and archives."""
