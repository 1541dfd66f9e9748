"""Hecate's measures, each written a second time in plain numpy, and its rules on hand-made numbers."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

import drawn
from gifworthy.models.hecate import (
    Features,
    Measures,
    brightness,
    edge_change_ratio,
    measure,
    sharpness,
    shots,
    uniformity,
    valid_frames,
)
from gifworthy.models.hecate_highlights import Lengths, candidates, highlights, kmeans, trimmed
from gifworthy.types import Floats


def measures(count: int, features: Features | None = None, **changed: Floats) -> Measures:
    """Frames with nothing wrong and nothing moving, but for what is given."""
    even = np.ones(count)
    good = Measures(
        brightness=0.5 * even,
        sharpness=0.5 * even,
        uniformity=0.1 * even,
        difference=0.1 * even,
        edge_change=0.0 * even,
        features=np.zeros((count, 4), np.float16) if features is None else features,
    )
    return replace(good, **changed)  # type: ignore[arg-type]


def test_brightness_is_luminance() -> None:
    green = np.zeros((4, 4, 3), np.uint8)
    green[..., 1] = 255
    assert brightness(green) == pytest.approx(0.7152)


def test_sharpness_is_the_mean_sobel_magnitude() -> None:
    grey = drawn.textured(1, 40, 30)[..., 0]
    padded = np.pad(grey / 255.0, 1, mode="reflect")
    smooth, slope = np.array([1, 2, 1]), np.array([-1, 0, 1])
    across = sum(
        smooth[i] * slope[j] * padded[i : i + 30, j : j + 40] for i in range(3) for j in range(3)
    )
    down = sum(
        slope[i] * smooth[j] * padded[i : i + 30, j : j + 40] for i in range(3) for j in range(3)
    )
    assert sharpness(grey) == pytest.approx(float(np.hypot(across, down).mean()), rel=1e-4)


def test_uniformity_is_the_share_of_the_six_fullest_bins_of_128() -> None:
    assert uniformity(np.full((8, 16), 77, np.uint8)) == 1.0
    every_bin = np.arange(0, 256, 2).astype(np.uint8).reshape(8, 16)
    assert uniformity(every_bin) == pytest.approx(6 / 128)


def test_differences_count_only_what_became_brighter() -> None:
    """Frames of 4 x 4: the second is 10 brighter than its neighbours, so only it differs from them."""
    frames = [np.full((4, 4, 3), value, np.uint8) for value in (100, 110, 100, 100)]
    difference = measure(frames).difference
    rise = np.sqrt(16 * 3 * 10.0**2) / 16
    assert difference.tolist() == pytest.approx([0, rise, 0, 0])


def test_edge_change_is_divided_by_the_earlier_edges_both_ways() -> None:
    one, two = np.zeros((40, 40), np.uint8), np.zeros((40, 40), np.uint8)
    one[20, :10] = 1
    two[20, :10] = 1
    assert edge_change_ratio(one, two) == 0
    two[20, :] = 0
    two[2, 20:25] = 1
    assert edge_change_ratio(one, two) == 1
    assert edge_change_ratio(np.zeros_like(one), two) == 0


def test_there_are_two_thousand_features() -> None:
    found = measure([drawn.textured(1), drawn.textured(2)]).features
    assert found.shape == (2, 2000)
    first_histogram = found[0, :128].astype(float)
    assert np.linalg.norm(first_histogram) == pytest.approx(1.0, abs=0.01)


def test_frames_at_the_ends_are_left_out() -> None:
    assert valid_frames(measures(6), (2, 1)).tolist() == [False, False, True, True, True, False]


def test_at_most_the_worst_fifteen_of_a_hundred_dark_frames_are_left_out() -> None:
    dark = np.full(100, 0.5)
    dark[:40] = np.linspace(0.01, 0.07, 40)
    valid = valid_frames(measures(100, brightness=dark), (0, 0))
    assert (~valid).nonzero()[0].tolist() == list(range(15))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("brightness", 0.07),
        ("sharpness", 0.08),
        ("uniformity", 0.8),
        ("edge_change", 0.1),
        ("difference", 0.5),
    ],
)
def test_a_frame_at_a_limit_is_left_out(name: str, value: float) -> None:
    values = getattr(measures(20), name).copy()
    values[7] = value
    valid = valid_frames(measures(20, **{name: values}), (0, 0))
    assert (~valid).nonzero()[0].tolist() == [7]


def test_shots_are_runs_of_more_than_five_frames() -> None:
    valid = np.ones(20, bool)
    valid[[5, 12]] = False
    assert shots(measures(20), valid, shortest=100) == [(6, 12), (13, 20)]


def test_long_shots_are_divided_where_most_changes() -> None:
    """30 frames, the shortest 10: cuts may lie at 10..19; one there forbids the other."""
    difference = np.full(30, 0.1)
    difference[[3, 14]] = 9.0
    assert shots(measures(30, difference=difference), np.ones(30, bool), 10) == [(0, 13), (15, 30)]
    assert shots(measures(29, difference=difference[:29]), np.ones(29, bool), 10) == [(0, 29)]


def test_candidates_are_long_and_lively() -> None:
    difference = np.full(60, 0.01)
    difference[20:40] = 0.2
    spans = candidates(
        measures(60, difference=difference), [(0, 18), (20, 40), (42, 46)], Lengths(10, 50), 1
    )
    assert spans == [(20, 40)]


def test_when_there_are_too_few_neighbours_are_joined() -> None:
    spans = candidates(measures(60), [(0, 7), (8, 15), (20, 40)], Lengths(10, 50), 2)
    assert spans == [(20, 40), (0, 15)]


def test_trimming_keeps_the_quiet_deviation() -> None:
    """The restless end goes first."""
    difference = np.array([0.1, 0.1, 0.1, 0.1, 0.9, 0.1, 0.9])
    assert trimmed(difference, (0, 7), longest=4) == (0, 4)


def test_the_liveliest_of_the_largest_cluster_comes_first() -> None:
    """Six candidates of five kinds: the two of one kind are the largest cluster."""
    edges = [0, 20, 40, 52, 64, 76, 88]
    spans = list(pairwise(edges))
    features = np.zeros((88, 5), np.float16)
    for kind, (first, last) in zip((0, 0, 1, 2, 3, 4), spans, strict=True):
        features[first:last, kind] = 1
    difference = np.full(88, 0.1)
    difference[20:40] = 0.3
    good = measures(88, features=features, difference=difference)
    found = highlights(good, spans, Lengths(10, 100), 2, np.random.default_rng(0))
    assert len(found) == 2
    assert found[0] == (20, 40)
    assert found[1] in spans[2:]


def test_clusters_are_found() -> None:
    rng = np.random.default_rng(1)
    points = np.repeat(np.eye(3) * 10, 5, axis=0) + rng.normal(0, 0.1, (15, 3))
    labels = kmeans(points, 3, rng)
    assert [len(set(labels[5 * group : 5 * group + 5])) for group in range(3)] == [1, 1, 1]
    assert len(set(labels)) == 3


def test_equal_points_are_no_trouble() -> None:
    assert kmeans(np.zeros((4, 2)), 3, np.random.default_rng(0)).shape == (4,)
