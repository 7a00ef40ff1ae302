"""Where drawing may be put between the bytes of a stream."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperstep.cli.output_tail import OutputTail

SEQUENCES = [b"\x1b[31;1m", b"\x1b]0;title\x07", b"\x1b]8;;http://x\x1b\\", b"\x1bD", b"\x1b(B", "é€𝄞".encode(), b"ab"]


@pytest.mark.parametrize("sequence", SEQUENCES)
def test_a_sequence_is_whole_only_at_its_end(sequence: bytes) -> None:
    tail = OutputTail()
    for byte in sequence[:-1]:
        tail.feed(bytes([byte]))
    if sequence != b"ab":
        assert not tail.is_whole
    tail.feed(sequence[-1:])
    assert tail.is_whole


@given(st.lists(st.sampled_from([*SEQUENCES, b"\n", b"x" * 10]), max_size=20), st.data())
def test_the_answer_does_not_depend_on_how_the_bytes_were_cut(parts: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(parts)
    cut = data.draw(st.integers(0, len(stream)))
    one, other = OutputTail(), OutputTail()
    one.feed(stream[:cut])
    one.feed(stream[cut:])
    for byte in stream:
        other.feed(bytes([byte]))
    assert one.is_whole == other.is_whole
    assert one.at_line_start == other.at_line_start == (not stream or stream.endswith(b"\n"))


@given(st.binary())
def test_any_bytes_are_taken_and_two_ends_of_a_string_make_them_whole(data: bytes) -> None:
    tail = OutputTail()
    tail.feed(data)
    tail.feed(b"\x1b\\\x1b\\")
    assert tail.is_whole
    assert not tail.at_line_start
