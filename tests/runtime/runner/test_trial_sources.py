"""What the trials of equal code, inputs and environment are told apart by."""

from __future__ import annotations

from hyperstep.runtime.runner.reuse.trial_sources import trial_key


def test_the_values_of_a_point_count_and_how_each_is_written() -> None:
    key = trial_key({"lr": 2.0, "n": 1}, ("--lr", "2.0", "--n", "1"))
    assert trial_key({"lr": 2.5, "n": 1}, ("--lr", "2.5", "--n", "1")) != key
    assert trial_key({"lr": 2.0, "n": 1}, ("--lr", "2", "--n", "1")) != key
    assert trial_key({"lr": 2, "n": 1}, ("--lr", "2.0", "--n", "1")) != key
    assert trial_key({"lr": 2.0, "m": 1}, ("--lr", "2.0", "--m", "1")) != key


def test_the_order_of_hyperparameters_does_not_count_and_neither_do_the_arguments_before_them() -> None:
    key = trial_key({"lr": 2.0, "n": 1}, ("--lr", "2.0", "--n", "1"))
    assert trial_key({"n": 1, "lr": 2.0}, ("--n", "1", "--lr", "2.0")) == key
    assert trial_key({"n": 1, "lr": 2.0}, ("--data", "/mnt/1", "--lr", "2.0", "--n", "1")) == key
