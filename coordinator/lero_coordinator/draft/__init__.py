"""From a draft in TOML to a request: what may stand in it, whether it exists, and what it comes to. All pure."""
