from __future__ import annotations

from pathlib import Path

import pytest

from gifworthy.settings import Settings


def test_settings_come_from_the_environment_handed_in() -> None:
    settings = Settings.from_environ({"GIFWORTHY_CACHE": "/tmp/c", "GIFWORTHY_TIMEOUT": "2.5"})
    assert (settings.cache, settings.timeout, settings.device) == (Path("/tmp/c"), 2.5, "cpu")


@pytest.mark.parametrize("text", ["soon", "-1"])
def test_a_number_that_is_none_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="GIFWORTHY_TIMEOUT"):
        Settings.from_environ({"GIFWORTHY_TIMEOUT": text})
