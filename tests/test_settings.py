"""Settings: which source wins, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hyperstep.errors import InvalidInputError, UnsupportedError
from hyperstep.settings import Settings, load_settings


@pytest.fixture
def project(tmp_path: Path) -> Path:
    project = tmp_path / "project"
    project.mkdir()
    return project


def _write(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "hyperstep.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_nothing_needs_to_be_set(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HYPERSTEP_HOME")
    monkeypatch.setenv("HOME", str(project))
    monkeypatch.setenv("USERPROFILE", str(project))
    assert load_settings(project) == Settings(
        home=project / ".hyperstep",
        slots=None,
        snapshot_max_bytes=300 * 1024 * 1024,
        snapshot_max_files=2000,
        stop_grace_s=5.0,
        file=None,
    )


def test_every_key_of_the_file_is_read(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HYPERSTEP_HOME")
    text = """
        home = "records"
        [local]
        slots = 4
        stop_grace_s = 0
        [sweep]
        deterministic = true
        max_failed = 0
        retries = 2
        [snapshot]
        max_mb = 0.5
        max_files = 7
        [store]
        [artifacts]
    """
    file = _write(project, text)
    assert load_settings(project) == Settings(
        home=project / "records",
        slots=4,
        snapshot_max_bytes=512 * 1024,
        snapshot_max_files=7,
        stop_grace_s=0,
        deterministic=True,
        max_failed=0,
        retries=2,
        file=file,
    )


def test_the_environment_wins(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(project, 'home = "records"\n[local]\nslots = 4\n[snapshot]\nmax_files = 7\n')
    monkeypatch.setenv("HYPERSTEP_HOME", str(project / "elsewhere"))
    monkeypatch.setenv("HYPERSTEP_SLOTS", "2")
    monkeypatch.setenv("AML_SNAPSHOT_NO_FILE_LIMIT", "true")
    found = load_settings(project)
    assert (found.home, found.slots, found.snapshot_max_files) == (project / "elsewhere", 2, None)


def test_the_environment_says_how_sweeps_decide_and_fail(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(project, "[sweep]\ndeterministic = true\nmax_failed = 5\nretries = 3\n")
    monkeypatch.setenv("HYPERSTEP_DETERMINISTIC", "0")
    monkeypatch.setenv("HYPERSTEP_MAX_FAILED", "0")
    monkeypatch.setenv("HYPERSTEP_RETRIES", "0")
    found = load_settings(project)
    assert (found.deterministic, found.max_failed, found.retries) == (False, 0, 0)
    monkeypatch.setenv("HYPERSTEP_DETERMINISTIC", "yes")
    with pytest.raises(InvalidInputError, match="HYPERSTEP_DETERMINISTIC must be one of 1, true, 0, false"):
        load_settings(project)


def test_an_empty_variable_is_not_set(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(project, 'home = "records"\n[local]\nslots = 4\n')
    for name in ("HYPERSTEP_HOME", "HYPERSTEP_SLOTS", "AML_SNAPSHOT_NO_FILE_LIMIT"):
        monkeypatch.setenv(name, "")
    found = load_settings(project)
    assert (found.home, found.slots, found.snapshot_max_files) == (project / "records", 4, 2000)


def test_the_nearest_file_counts_alone(project: Path) -> None:
    _write(project, "[local]\nslots = 4\nstop_grace_s = 1\n")
    near = _write(project / "a" / "b", "[local]\nslots = 8\n")
    found = load_settings(project / "a" / "b" / "c")
    assert (found.slots, found.stop_grace_s, found.file) == (8, 5.0, near)
    assert load_settings(project / "a").slots == 4


def test_the_current_folder_is_where_it_starts(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(project, "[local]\nslots = 4\n")
    monkeypatch.chdir(project)
    assert load_settings().slots == 4


def test_the_homes_file_counts_when_there_is_no_nearer_one(project: Path, tmp_path: Path) -> None:
    file = _write(tmp_path / "home", "[local]\nslots = 3\n")
    assert load_settings(project) == Settings(home=tmp_path / "home", slots=3, file=file)
    _write(project, "")
    assert load_settings(project).slots is None


def test_the_homes_file_cannot_move_the_home(project: Path, tmp_path: Path) -> None:
    _write(tmp_path / "home", 'home = "other"\n')
    with pytest.raises(InvalidInputError, match=r"`home` cannot be set.*HYPERSTEP_HOME"):
        load_settings(project)


def test_a_tilde_is_the_users_folder(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(project))
    monkeypatch.setenv("USERPROFILE", str(project))
    monkeypatch.setenv("HYPERSTEP_HOME", "~/runs")
    assert load_settings(project).home == project / "runs"
    monkeypatch.delenv("HYPERSTEP_HOME")
    _write(project, 'home = "~/others"\n')
    assert load_settings(project).home == project / "others"


def test_a_relative_home_of_the_environment_counts_from_the_current_folder(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    monkeypatch.setenv("HYPERSTEP_HOME", "runs")
    assert load_settings().home == project / "runs"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("slot = 1", "`slot` is no setting"),
        ("[local]\nslot = 1", "`local.slot` is no setting.*Did you mean 'slots'?"),
        ("[snapshots]\nmax_mb = 1", "`snapshots` is no setting.*Did you mean 'snapshot'?"),
        ("[snapshot]\nxyz = 1", "`snapshot.xyz` is no setting.*max_mb, max_files"),
        ("local = 1", r"`local` must be a table.*\[local\]"),
        ("home = 1", "`home` must be a path"),
        ("home = ''", "`home` must be a path"),
        ("[local]\nslots = 0", "`local.slots` must be a whole number, 1 or more.*0"),
        ("[local]\nslots = true", "`local.slots` must be a whole number"),
        ("[local]\nslots = 2.0", "`local.slots` must be a whole number"),
        ("[local]\nslots = '2'", "`local.slots` must be a whole number.*'2'"),
        ("[local]\nstop_grace_s = -1", "`local.stop_grace_s` must be a number, 0 or more.*-1"),
        ("[local]\nstop_grace_s = nan", "`local.stop_grace_s` must be a number"),
        ("[snapshot]\nmax_mb = 0", "`snapshot.max_mb` must be a number above 0"),
        ("[snapshot]\nmax_mb = inf", "`snapshot.max_mb` must be a number above 0"),
        ("[snapshot]\nmax_mb = '1'", "`snapshot.max_mb` must be a number above 0"),
        ("[snapshot]\nmax_files = -3", "`snapshot.max_files` must be a whole number.*-3"),
        ("[local", "must be readable TOML"),
        ("a = 1\na = 2", "must be readable TOML"),
    ],
)
def test_a_wrong_file_is_told_with_its_place(
    project: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: str
) -> None:
    monkeypatch.delenv("HYPERSTEP_HOME")
    file = _write(project, text)
    with pytest.raises(InvalidInputError, match=f"(?s){said}") as caught:
        load_settings(project)
    assert re.search(re.escape(str(file)), str(caught.value))


@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5", "²"])
def test_wrong_slots_of_the_environment_are_told(project: Path, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("HYPERSTEP_SLOTS", value)
    with pytest.raises(InvalidInputError, match=f"HYPERSTEP_SLOTS.*{value}"):
        load_settings(project)


@pytest.mark.parametrize("table", ["store", "artifacts"])
def test_servers_are_not_supported_yet(project: Path, table: str) -> None:
    _write(project, f'[{table}]\nurl = "postgresql://host/db"\n')
    with pytest.raises(UnsupportedError, match=rf"not supported yet.*{table}\.url"):
        load_settings(project)


def test_the_reference_page_has_every_key() -> None:
    page = (Path(__file__).parents[1] / "docs" / "settings.md").read_text(encoding="utf-8")
    for key in ("home", "local.slots", "local.stop_grace_s", "snapshot.max_mb", "snapshot.max_files"):
        assert f"| `{key}` |" in page


def test_environments_are_current_or_built(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings(project).environments == "current"
    _write(project, '[local]\nenvironments = "build"\n')
    assert load_settings(project).environments == "build"
    monkeypatch.setenv("HYPERSTEP_ENVIRONMENTS", "current")
    assert load_settings(project).environments == "current"
    monkeypatch.setenv("HYPERSTEP_ENVIRONMENTS", "conda")
    with pytest.raises(InvalidInputError, match="current, build"):
        load_settings(project)
    monkeypatch.delenv("HYPERSTEP_ENVIRONMENTS")
    _write(project, '[local]\nenvironments = "conda"\n')
    with pytest.raises(InvalidInputError, match=r"local\.environments"):
        load_settings(project)


def test_a_look_resumes_unless_it_is_never_to(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings(project).resume == "always"
    _write(project, '[local]\nresume = "never"\n')
    assert load_settings(project).resume == "never"
    monkeypatch.setenv("HYPERSTEP_RESUME", "always")
    assert load_settings(project).resume == "always"
    monkeypatch.setenv("HYPERSTEP_RESUME", "perhaps")
    with pytest.raises(InvalidInputError, match="HYPERSTEP_RESUME must be one of always, never"):
        load_settings(project)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("90", 90.0), ('"45m"', 2700.0), ('"1.5h"', 5400.0), ('"30d"', 2592000.0), ('"2w"', 1209600.0)],
)
def test_an_age_is_seconds_or_a_number_with_a_unit(project: Path, written: str, seconds: float) -> None:
    _write(project, f"[reuse]\nmax_age = {written}\n")
    assert load_settings(project).reuse_max_age_s == seconds


@pytest.mark.parametrize("written", ['"30"', '"d"', '"-1d"', '"infd"', '"30 days"', "true", "-1"])
def test_what_is_no_age_is_refused(project: Path, written: str) -> None:
    _write(project, f"[reuse]\nmax_age = {written}\n")
    with pytest.raises(InvalidInputError, match=r"reuse\.max_age.*'30d', '12h', '45m'"):
        load_settings(project)


def test_history_is_kept_when_the_file_says_so_and_the_variable_wins(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_settings(project).history == "none"
    _write(project, '[sweep]\nhistory = "keep"\n')
    assert load_settings(project).history == "keep"
    monkeypatch.setenv("HYPERSTEP_HISTORY", "none")
    assert load_settings(project).history == "none"
    monkeypatch.setenv("HYPERSTEP_HISTORY", "all")
    with pytest.raises(InvalidInputError, match="one of none, keep"):
        load_settings(project)


def test_warm_is_what_the_file_says_and_the_variable_wins(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (load_settings(project).warm, load_settings(project).warm_patience_s) == ("auto", 30.0)
    _write(project, '[local]\nwarm = "off"\nwarm_patience_s = 5\n')
    assert (load_settings(project).warm, load_settings(project).warm_patience_s) == ("off", 5.0)
    monkeypatch.setenv("HYPERSTEP_WARM", "always")
    assert load_settings(project).warm == "always"
    monkeypatch.setenv("HYPERSTEP_WARM", "sometimes")
    with pytest.raises(InvalidInputError, match="auto, always, off"):
        load_settings(project)
