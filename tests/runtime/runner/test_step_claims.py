"""Who computes a step of which several runs have an equal one, also when a runner dies."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hyperstep.runtime.runner.reuse.step_claims import SUCCESSOR_S, StepClaims

DIGEST = "d" * 64


class Homes:
    """Runs of one home: each has runners, of which one may die without a word."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.open = {"one", "two", "three"}
        self.now = 0.0
        self.runners: list[StepClaims] = []

    def runner(self, root_id: str) -> StepClaims:
        self.runners.append(StepClaims(self.folder, root_id, self.open.__contains__, lambda: self.now))
        return self.runners[-1]

    @staticmethod
    def kill(claims: StepClaims) -> None:
        """As the system does: it closes the files."""
        for stream in claims._held.values():
            stream.close()


@pytest.fixture
def homes(tmp_path: Path) -> Iterator[Homes]:
    homes = Homes(tmp_path)
    yield homes
    for claims in homes.runners:
        homes.kill(claims)


def test_one_computes_and_the_next_one_may_when_it_lets_go(homes: Homes) -> None:
    one, two = homes.runner("one"), homes.runner("two")
    assert one.take(DIGEST)
    assert one.take(DIGEST)
    assert not two.take(DIGEST)
    one.release(DIGEST)
    assert not two.take(DIGEST)
    one.release(DIGEST)
    assert two.take(DIGEST)
    assert two.take("e" * 64)


def test_what_a_dead_runner_claimed_is_kept_for_the_next_runner_of_its_run(homes: Homes) -> None:
    one, two = homes.runner("one"), homes.runner("two")
    assert one.take(DIGEST)
    homes.kill(one)
    assert not two.take(DIGEST)
    successor = homes.runner("one")
    assert successor.take_back(DIGEST)
    homes.now += 2 * SUCCESSOR_S
    assert not two.take(DIGEST)
    successor.release(DIGEST)
    assert two.take(DIGEST)


@pytest.mark.parametrize(
    "change",
    [
        lambda homes: setattr(homes, "now", SUCCESSOR_S),
        lambda homes: homes.open.discard("one"),
    ],
)
def test_it_is_not_kept_for_ever_nor_for_a_run_that_has_ended(homes: Homes, change: Callable[[Homes], None]) -> None:
    one, two = homes.runner("one"), homes.runner("two")
    assert one.take(DIGEST)
    homes.kill(one)
    assert not two.take(DIGEST)
    change(homes)
    assert two.take(DIGEST)
    successor = homes.runner("one")
    assert not successor.take_back(DIGEST)
    two.release(DIGEST)
    assert successor.take_back(DIGEST)


def test_nothing_is_taken_back_that_was_not_claimed(homes: Homes) -> None:
    one, two = homes.runner("one"), homes.runner("two")
    assert one.take_back(DIGEST)
    assert two.take(DIGEST)
    homes.kill(two)
    assert one.take_back(DIGEST)
    assert homes.runner("two").take(DIGEST)


def test_each_death_has_its_own_time(homes: Homes) -> None:
    one, two = homes.runner("one"), homes.runner("two")
    assert one.take(DIGEST)
    homes.kill(one)
    assert not two.take(DIGEST)
    successor = homes.runner("one")
    homes.now += SUCCESSOR_S - 1
    assert successor.take_back(DIGEST)
    assert not two.take(DIGEST)
    homes.kill(successor)
    homes.now += 2
    assert not two.take(DIGEST)


def test_a_driver_that_lets_go_leaves_its_claims_to_the_next_one_of_its_run(homes: Homes) -> None:
    one, two = homes.runner("one"), homes.runner("two")
    assert one.take(DIGEST)
    one.close()
    assert not two.take(DIGEST)
    again = homes.runner("one")
    assert again.take_back(DIGEST)
    again.release(DIGEST)
    assert two.take(DIGEST)


def test_a_claim_that_the_disk_refused_keeps_nobody_from_making_it(homes: Homes) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        with pytest.raises(OSError, match="too large") as refused:
            homes.runner("one").take(DIGEST)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert homes.runner("one").take(DIGEST)
    assert refused.value.errno  # it holds on to all that led to it
