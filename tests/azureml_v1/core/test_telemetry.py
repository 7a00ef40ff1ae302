"""Nothing is sent; a diagnostic log is written where one is asked for."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from hyperstep.azureml_v1.core.telemetry import diagnostic_log, get_telemetry_log_handler, set_diagnostics_collection


def test_collection_can_be_asked_for(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "hyperstep"):
        set_diagnostics_collection(send_diagnostics=True)
    assert "No diagnostics are collected" in caplog.text
    assert isinstance(get_telemetry_log_handler(), logging.NullHandler)


def test_messages_are_written_while_the_block_lasts(tmp_path: Path) -> None:
    logger, other = logging.getLogger("hyperstep.azureml"), logging.getLogger("mine")
    before = logging.getLogger("hyperstep").level
    with diagnostic_log(tmp_path, namespaces=["mine"], context_name="here") as log:
        log.start_capture()
        logger.debug("inside")
        other.debug("mine too")
    log.stop_capture()
    logger.warning("outside")
    text = (tmp_path / "azureml-core.log").read_text(encoding="utf-8")
    assert "here" in text
    assert "inside" in text
    assert "mine too" in text
    assert "outside" not in text
    assert logging.getLogger("hyperstep").level == before
