"""Lines of TOML as a mapping file has them."""

from __future__ import annotations

import json


def quoted(text: str) -> str:
    """A TOML basic string. JSON's escapes are among TOML's; letters beyond ASCII stay readable."""
    return json.dumps(text.replace("\x7f", " "), ensure_ascii=False)


def key_line(key: str, **parts: str) -> str:
    """key = { part = "text", ... }"""
    return f"{key} = {{ {', '.join(f'{name} = {quoted(text)}' for name, text in parts.items())} }}"
