"""What can be proved of a release: from its folder and a root set alone, or from the signed answers behind it."""
