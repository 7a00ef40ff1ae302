"""The lines below a script's output, on a terminal that is simulated cell by cell."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperstep.cli.live_region import LiveRegion

WIDTH, HEIGHT = 20, 6
TOKEN = re.compile(rb"\x1b\[(\d*)([A-Za-z])|\x1b([D78])|([\r\n])|([^\x1b\r\n])", re.DOTALL)


class Screen:
    """A terminal with scrollback that knows what the region and plain output use."""

    def __init__(self) -> None:
        self.rows = [[" "] * WIDTH for _ in range(HEIGHT)]
        self.scrolled: list[str] = []
        self.row = self.column = 0
        self.saved = (0, 0)

    def feed(self, data: bytes) -> None:
        for number, letter, escape, control, character in TOKEN.findall(data):
            if letter:
                self._csi(letter, int(number or 0))
            elif escape:
                self._escape(escape)
            elif control == b"\r":
                self.column = 0
            elif control == b"\n":
                self._down()
                self.column = 0  # as a terminal with ONLCR does
            else:
                self._put(character.decode("latin-1"))

    def text(self) -> list[str]:
        return [*self.scrolled, *("".join(row).rstrip() for row in self.rows)]

    def _csi(self, letter: bytes, number: int) -> None:
        if letter == b"A":
            self.row = max(0, self.row - number)
        elif letter == b"J":
            self.rows[self.row][self.column :] = [" "] * (WIDTH - self.column)
            for row in self.rows[self.row + 1 :]:
                row[:] = [" "] * WIDTH

    def _escape(self, escape: bytes) -> None:
        if escape == b"D":
            self._down()
        elif escape == b"7":
            self.saved = (self.row, self.column)
        else:
            self.row, self.column = self.saved

    def _down(self) -> None:
        if self.row == HEIGHT - 1:
            self.scrolled.append("".join(self.rows.pop(0)).rstrip())
            self.rows.append([" "] * WIDTH)
        else:
            self.row += 1

    def _put(self, character: str) -> None:
        if self.column == WIDTH:
            self._down()
            self.column = 0
        self.rows[self.row][self.column] = character
        self.column += 1


class Terminal:
    """A pipe in the place of the terminal, read into a screen."""

    def __init__(self) -> None:
        self._read, self.descriptor = os.pipe()
        os.set_blocking(self._read, False)
        self.screen = Screen()

    def update(self) -> Screen:
        try:
            while data := os.read(self._read, 65536):
                self.screen.feed(data)
        except BlockingIOError:
            pass
        return self.screen

    def close(self) -> None:
        os.close(self._read)
        os.close(self.descriptor)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    made = Terminal()
    yield made
    made.close()


def test_lines_stand_below_the_output_and_the_cursor_where_the_output_ended(terminal: Terminal) -> None:
    region = LiveRegion(terminal.descriptor, wait_for_line_end=False)
    region.pass_through(b"one\ntwo")
    region.show(["step tune", "3/20"])
    screen = terminal.update()
    assert screen.text()[:4] == ["one", "two", "step tune", "3/20"]
    assert (screen.row, screen.column) == (1, 3)


def test_an_unfinished_line_goes_on_where_it_stopped(terminal: Terminal) -> None:
    region = LiveRegion(terminal.descriptor, wait_for_line_end=False)
    region.pass_through(b"epoch 1 .")
    region.show(["A"])
    region.pass_through(b"..")
    region.show(["B"])
    region.pass_through(b"\rEPOCH 2 ...")
    assert terminal.update().text()[:2] == ["EPOCH 2 ...", "B"]


def test_with_a_person_at_the_keyboard_a_question_is_left_alone(terminal: Terminal) -> None:
    region = LiveRegion(terminal.descriptor, wait_for_line_end=True)
    region.show(["A"])
    region.pass_through(b"name? ")
    assert terminal.update().text()[:2] == ["name?", ""]
    region.pass_through(b"thanks\n")
    assert terminal.update().text()[:3] == ["name? thanks", "", "A"]


def test_nothing_is_drawn_within_a_character_or_an_escape_sequence(terminal: Terminal) -> None:
    region = LiveRegion(terminal.descriptor, wait_for_line_end=False)
    region.pass_through("é".encode()[:1])
    region.show(["A"])
    region.pass_through("é".encode()[1:])
    terminal.update()
    assert terminal.screen.text()[1] == "A"


def test_lines_that_have_not_changed_are_not_written_again(terminal: Terminal) -> None:
    region = LiveRegion(terminal.descriptor, wait_for_line_end=False)
    region.show(["A"])
    terminal.update()
    region.show(["A"])
    with pytest.raises(BlockingIOError):
        os.read(terminal._read, 1)


def test_closing_takes_the_lines_away(terminal: Terminal) -> None:
    region = LiveRegion(terminal.descriptor, wait_for_line_end=False)
    region.show(["A"])
    region.close()
    assert set(terminal.update().text()) == {""}


def test_a_terminal_that_has_gone_ends_nothing() -> None:
    read, write = os.pipe()
    os.close(read)
    os.close(write)
    region = LiveRegion(write, wait_for_line_end=False)
    region.pass_through(b"still here")
    region.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(write)


OUTPUT = st.sampled_from([b"hello", b"\n", b"x" * 7, b"\r", b"line\n", b"a" * WIDTH + b"\n", b"last"])
LINES = st.lists(st.sampled_from(["tune", "12/20", "best", "-" * (WIDTH - 1)]), max_size=HEIGHT - 3)


@given(st.lists(st.one_of(OUTPUT, LINES), max_size=40))
def test_after_the_region_is_gone_the_screen_is_that_of_the_output_alone(actions: list[bytes | list[str]]) -> None:
    terminal = Terminal()
    region = LiveRegion(terminal.descriptor, wait_for_line_end=False)
    alone = Screen()
    for action in actions:
        if isinstance(action, bytes):
            region.pass_through(action)
            alone.feed(action)
        else:
            region.show(action)
    region.close()
    screen = terminal.update()
    terminal.close()
    assert _stripped(screen) == _stripped(alone)


def _stripped(screen: Screen) -> list[str]:
    """All lines, blank ones at the end left out: the region may have scrolled the screen earlier."""
    lines = screen.text()
    while lines and not lines[-1]:
        lines.pop()
    return lines
