"""The wheelhouse: one folder with all that pip needs to install Polarity on a machine without a network."""
