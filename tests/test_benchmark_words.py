"""`python -m benchmarks NAME WORD ...`: whose word is whose."""

from __future__ import annotations

import sys

import pytest
from benchmarks import planted_crops
from benchmarks.__main__ import NAMES, asked, main


def test_without_words_every_benchmark_runs() -> None:
    assert asked([]) == [(name, []) for name in NAMES]


def test_words_after_a_name_are_that_benchmark_s_own() -> None:
    words = ["planted_crops", "trained map", "middle", "startup", "pldvhd_speed", "full"]
    assert asked(words) == [
        ("planted_crops", ["trained map", "middle"]),
        ("startup", []),
        ("pldvhd_speed", ["full"]),
    ]


def test_a_flag_may_have_a_value_and_before_any_name_is_for_all() -> None:
    assert asked(["--quick", "startup", "batch_cost", "--minutes", "3"]) == [
        ("startup", ["--quick"]),
        ("batch_cost", ["--quick", "--minutes", "3"]),
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["planted_craps"], "no benchmark named 'planted_craps'"),
        (["planted_crops", "traned map"], "'traned map' is neither a benchmark nor a word"),
        (["startup", "full"], "'full' is neither a benchmark nor a word that startup takes"),
    ],
)
def test_a_misspelt_word_is_refused(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    assert said in capsys.readouterr().err


def test_a_benchmark_reads_only_its_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []
    monkeypatch.setattr(planted_crops, "main", lambda: seen.append(sys.argv[1:]))
    assert main(["planted_crops", "middle", "planted_crops", "trained map"]) == 0
    assert seen == [["middle"], ["trained map"]]
