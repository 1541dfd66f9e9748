import numpy as np

from gifworthy.decoding import Index
from gifworthy.scan.keys import early_keys, probed, probes_wanted, read_with
from gifworthy.types import Segment

FPS = 10


def index_with(keys: list[int], count: int = 400) -> Index:
    """10 packets a second of 10 bytes, key frames of 100."""
    is_key = np.isin(np.arange(count), keys)
    sizes = np.where(is_key, 100, 10)
    return Index(np.arange(count) / FPS, np.cumsum(sizes) - sizes, sizes, is_key)


def test_few_key_frames_are_all_probed() -> None:
    assert probed(index_with([0, 100, 300]), Segment(0, 40), 5).tolist() == [0, 100, 300]


def test_only_key_frames_inside_the_bounds_are_probed() -> None:
    assert probed(index_with([0, 100, 300]), Segment(5, 20), 5).tolist() == [100]


def test_of_many_key_frames_the_liveliest_of_each_share_is_probed() -> None:
    index = index_with(list(range(0, 400, 20)))
    index.sizes[61:70] = 90
    chosen = probed(index, Segment(0, 40), 4)
    assert len(chosen) == 4
    assert 60 in chosen
    assert [int(packet) // 100 for packet in chosen] == [0, 1, 2, 3]


def test_a_key_frame_that_comes_early_tells_of_a_new_shot() -> None:
    assert early_keys(index_with([0, 100, 130, 230])).tolist() == [130]


def test_a_beat_of_key_frames_tells_nothing() -> None:
    assert not len(early_keys(index_with(list(range(0, 400, 20)))))
    assert not len(early_keys(index_with([0])))


def test_longer_videos_have_more_probes_within_limits() -> None:
    assert probes_wanted(Segment(0, 10)) == 24
    assert probes_wanted(Segment(0, 600)) == 120
    assert probes_wanted(Segment(0, 36000)) == 150


def test_what_is_read_with_a_key_frame_reaches_past_reordered_frames() -> None:
    assert read_with(index_with([0, 100]), 100, 0.2) == [100, 101, 102, 103, 104]
    assert read_with(index_with([0, 399]), 399, 0.2) == [399]
