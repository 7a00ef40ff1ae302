"""What is done by C without loading ctypes."""

from __future__ import annotations

import subprocess
import sys

from hyperstep_trial.warm.c_calls import c_flush, dict_swap


def test_dictionaries_swap_what_they_hold() -> None:
    swap = dict_swap()
    assert swap is not None
    one = {number: [number] for number in range(1000)}
    other: dict[int, list[int]] = {}
    kept = one[7]
    swap(one, other)
    assert (len(one), len(other)) == (0, 1000)
    assert other[7] is kept
    one[3] = [4]
    del other[7]
    assert (one, len(other)) == ({3: [4]}, 999)


def test_what_c_has_printed_is_written() -> None:
    program = (
        "import ctypes, os\nfrom hyperstep_trial.warm.c_calls import c_flush\n"
        "ctypes.CDLL(None).printf(b'from C')\nc_flush()()\nos._exit(0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout == b"from C"
    assert c_flush() is not None
