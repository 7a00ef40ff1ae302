"""Text for databases, and back."""

from __future__ import annotations

import os

import pytest

from hyperstep.unicode_text import encodable, original


@pytest.mark.parametrize("name", ["plain.txt", "é.txt", "a\\b", os.fsdecode(b"caf\xe9.txt"), os.fsdecode(b"\xff\x80")])
def test_a_file_name_has_a_form_for_databases_from_which_it_is_found_again(name: str) -> None:
    encodable(name).encode("utf-8")
    assert original(encodable(name)) == name
