"""The classes that matches must or must not have."""
