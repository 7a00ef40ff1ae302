"""Which files are images, told by their first bytes.

Source: the format definitions of PNG, JPEG, GIF, BMP and WebP (RIFF container).
"""

# pathlib costs milliseconds, which each trial would pay:
# ruff: noqa: PTH123

from __future__ import annotations

_HEAD_BYTES = 12
_MAGIC = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"BM")


def is_image(path: str) -> bool:
    """Whether the file begins like a PNG, JPEG, GIF, BMP or WebP image.

    Raises:
        OSError: The file cannot be read.
    """
    with open(path, "rb") as file:
        head = file.read(_HEAD_BYTES)
    return head.startswith(_MAGIC) or (head[:4] == b"RIFF" and head[8:] == b"WEBP")
