"""Images told by their first bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyperstep_trial.images import is_image

_HEADS = {
    "png": b"\x89PNG\r\n\x1a\n....",
    "jpg": b"\xff\xd8\xff\xe0........",
    "gif": b"GIF89a......",
    "bmp": b"BM..........",
    "webp": b"RIFF\x00\x00\x00\x00WEBPVP8 ",
}


@pytest.mark.parametrize("kind", _HEADS)
def test_the_common_formats_are_recognised_whatever_the_file_is_called(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "picture.txt"
    file.write_bytes(_HEADS[kind])
    assert is_image(str(file))


@pytest.mark.parametrize("content", [b"", b"RIFF\x00\x00\x00\x00WAVEfmt ", b"plain text", b"\x89PN"])
def test_other_content_is_no_image_whatever_the_file_is_called(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "picture.png"
    file.write_bytes(content)
    assert not is_image(str(file))
