"""Which file system holds a home, read from a mount table."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyperstep import file_systems
from hyperstep.file_systems import file_system_of, is_network, parse_mounts, type_at

TABLE = r"""
22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
31 27 0:40 / /home/team rw,relatime shared:5 master:1 - nfs4 server:/export rw,vers=4.2
32 31 0:41 / /home/team/local rw,relatime - xfs /dev/vdb rw
33 27 0:42 / /mnt/my\040share rw - cifs //server/share rw
34 27 0:43 / /over rw - nfs server:/old rw
35 27 0:44 / /over rw - ext4 /dev/vdc rw
half a line
"""


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("/home/me", "ext4"),
        ("/home/team", "nfs4"),
        ("/home/team/a/b", "nfs4"),
        ("/home/teamster", "ext4"),
        ("/home/team/local/hyperstep", "xfs"),
        ("/mnt/my share/x", "cifs"),
        ("/over/x", "ext4"),
    ],
)
def test_the_innermost_and_last_mount_says_the_type(place: str, kind: str) -> None:
    assert type_at(Path(place), parse_mounts(TABLE)) == kind


def test_without_a_table_there_is_no_type() -> None:
    assert type_at(Path("/x"), parse_mounts("")) == ""


@pytest.mark.parametrize(
    ("name", "network"),
    [
        ("ext4", False),
        ("NFS", True),
        ("fuse.sshfs", True),
        ("apfs", False),
        ("9p", True),
        ("lustre", True),
        ("cifs", True),
        ("smb3", True),
        ("tmpfs", False),
    ],
)
def test_network_file_systems_are_known_by_their_type(name: str, network: bool) -> None:
    assert is_network(name) is network


def test_a_home_that_is_not_there_yet_lies_where_its_nearest_folder_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(f"1 0 0:1 / / rw - ext4 a rw\n2 1 0:2 / {tmp_path.resolve()} rw - nfs b rw\n")
    monkeypatch.setattr(file_systems, "_MOUNTS", table)
    assert file_system_of(tmp_path / "none" / "below") == "nfs"
