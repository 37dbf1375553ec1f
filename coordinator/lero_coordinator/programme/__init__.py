"""A year's calendar of requests, priced together, and signed to be approved once."""
