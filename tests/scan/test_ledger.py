import av
import numpy as np
import pytest

from gifworthy.decoding import Index
from gifworthy.scan.ledger import CELLS, QUIETEST, Ledger
from gifworthy.types import Segment


def sound(level: float, kind: str = "fltp") -> av.AudioFrame:
    samples = np.full((1, 800), level)
    if kind == "s16":
        return av.AudioFrame.from_ndarray((samples * 32767).astype(np.int16), kind, "mono")
    return av.AudioFrame.from_ndarray(samples.astype(np.float32), kind, "mono")


def test_bytes_are_told_by_the_second_around_each_moment() -> None:
    ledger = Ledger(Segment(0.0, 8.0))
    for time in range(8):
        ledger.note(float(time), 1000 if time < 4 else 3000, time % 2 == 0)
    assert ledger.packets(np.array([2.0, 6.0])) == pytest.approx([1000, 3000], rel=0.01)
    assert ledger.key_times == [0, 2, 4, 6]


def test_what_lies_outside_the_bounds_is_not_told() -> None:
    ledger = Ledger(Segment(2.0, 4.0))
    for time in (1.9, 4.0, 5.0):
        ledger.note(time, 1000, True)
    assert ledger.packets(np.array([3.0])) == [0]
    assert ledger.key_times == []


def test_an_index_tells_the_same_as_the_packets() -> None:
    times = np.arange(100) / 10
    index = Index(times, np.arange(100) * 10, np.arange(100) + 1, np.arange(100) % 5 == 0)
    one, other = Ledger(Segment(0.0, 10.0)), Ledger(Segment(0.0, 10.0))
    one.note_index(index)
    for time, size, key in zip(times, index.sizes, index.keys, strict=True):
        other.note(float(time), int(size), bool(key))
    moments = np.array([1.0, 5.0, 9.0])
    assert one.packets(moments) == pytest.approx(other.packets(moments))
    assert one.key_times == pytest.approx(other.key_times)


def test_key_frames_are_kept_in_bounded_number() -> None:
    ledger = Ledger(Segment(0.0, 1.0))
    for number in range(3 * CELLS):
        ledger.note(number / (3 * CELLS), 1, True)
    assert len(ledger.key_times) <= CELLS


@pytest.mark.parametrize("kind", ["fltp", "s16"])
def test_half_of_full_scale_is_six_decibels_down(kind: str) -> None:
    ledger = Ledger(Segment(0.0, 1.0))
    ledger.hear(0.5, sound(0.5, kind))
    assert ledger.loudness(np.array([0.5])) == pytest.approx([-6.02], abs=0.1)


def test_silence_has_an_end() -> None:
    ledger = Ledger(Segment(0.0, 1.0))
    ledger.hear(0.5, sound(0.0))
    assert ledger.loudness(np.array([0.5])) == pytest.approx([QUIETEST])
    assert not len(Ledger(Segment(0.0, 1.0)).loudness(np.array([0.5])))
