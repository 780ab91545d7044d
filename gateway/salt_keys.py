"""
The keys that seal salts at rest: a file of the operator's (mode 600), or the environment variable SHISU_SALT_KEYS.

One key of 64 hex digits a line (in the variable: separated by commas). The first seals, all of them open, so that a new key is
put on top and old ones stay until `shisu salts reseal` has brought every row under the new one.
"""

from __future__ import annotations

import re
from typing import Final

from gateway.store.salts import SaltKeys

_KEY: Final = re.compile(r"[0-9a-f]{64}")


def parse_salt_keys(text: str) -> SaltKeys:
    """Keys from a file's or a variable's text; lines that begin with # are comments.

    Raises ValueError, without showing anything of the text, for no key at all, one that is not 64 lower-case hex digits, or one
    that stands there twice.
    """
    lines = [line.strip() for line in text.replace(",", "\n").splitlines()]
    keys = [line for line in lines if line and not line.startswith("#")]
    if not keys or not all(map(_KEY.fullmatch, keys)) or len(set(keys)) != len(keys):
        raise ValueError("not keys of 64 hex digits")
    return SaltKeys([bytes.fromhex(key) for key in keys])
