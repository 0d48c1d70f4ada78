"""Classes that a person teaches: trained on answers, kept as files, heard in sounds."""
