"""Teaching classes: a panel in which a person says yes or no to sounds."""
