"""Where a crop may lie: of a shape, around what must be seen, apart from what must not."""

from __future__ import annotations

import numpy as np
import pytest

from gifworthy.errors import CropImpossible
from gifworthy.rooms import Frame, Slide, slides
from gifworthy.types import Box, Style

WIDE = Frame(1600, 900, "bag.mp4")


def holds(way: Slide, box: Box) -> bool:
    """Whether the box is inside the crop wherever the crop slides."""
    return all(Box(*edges).holds(box) for edges in both_ends(way))


def both_ends(way: Slide) -> list[tuple[float, float, float, float]]:
    ends = []
    for place in (way.low, way.high):
        left, top = (place, way.across) if way.along_width else (way.across, place)
        ends.append((left, top, min(1.0, left + way.width), min(1.0, top + way.height)))
    return ends


def test_without_wishes_there_is_one_way_along_the_longer_side() -> None:
    (way,) = slides(WIDE, 1.0)
    assert (way.along_width, way.low, way.across) == (True, 0.0, 0.0)
    assert (way.width, way.height) == pytest.approx((0.5625, 1.0))
    assert way.high == pytest.approx(0.4375)
    (tall,) = slides(Frame(900, 1600), 1.0)
    assert not tall.along_width
    assert tall.height == pytest.approx(0.5625)


def test_what_must_be_kept_stops_the_slide() -> None:
    logo = Box(0.7, 0.05, 0.9, 0.2)
    (way,) = slides(WIDE, 1.0, keep=(logo,))
    assert way.low == pytest.approx(0.9 - 0.5625)
    assert way.high == pytest.approx(0.4375)
    assert holds(way, logo)


def test_two_kept_boxes_are_kept_together() -> None:
    left, right = Box(0.2, 0.0, 0.25, 0.1), Box(0.7, 0.9, 0.75, 1.0)
    (way,) = slides(WIDE, 1.0, keep=(left, right))
    assert holds(way, left)
    assert holds(way, right)
    assert way.high - way.low == pytest.approx(0.5625 - 0.55)


def test_what_must_be_avoided_is_never_touched() -> None:
    ticker = Box(0.0, 0.8, 1.0, 1.0)
    ways = slides(WIDE, 1.0, avoid=(ticker,))
    assert [way.height for way in ways] == pytest.approx([0.8])
    assert not any(Box(*edges).meets(ticker) for way in ways for edges in both_ends(way))


def test_a_box_in_the_middle_leaves_four_rooms_the_largest_first() -> None:
    face = Box(0.4, 0.3, 0.6, 0.5)
    ways = slides(WIDE, 1.0, avoid=(face,))
    assert len(ways) == 4
    areas = [way.width * way.height for way in ways]
    assert areas == sorted(areas, reverse=True)
    assert ways[0].height == pytest.approx(0.4 * 16 / 9), (
        "the crop left or right of it is the largest"
    )
    assert not any(Box(*edges).meets(face) for way in ways for edges in both_ends(way))


def test_boxes_that_cross_are_both_avoided() -> None:
    across, down = Box(0.0, 0.7, 1.0, 0.8), Box(0.2, 0.1, 0.25, 1.0)
    ways = slides(WIDE, 1.0, avoid=(across, down))
    spans = [Box(*edges) for way in ways for edges in both_ends(way)]
    assert spans
    assert not any(shown.meets(box) for shown in spans for box in (across, down))


@pytest.mark.parametrize("seed", range(12))
def test_no_larger_crop_avoids_what_must_be_avoided(seed: int) -> None:
    """On a grid of eighths every square can be tried."""
    random = np.random.default_rng(seed)
    boxes = []
    for _ in range(random.integers(1, 9)):
        left, top = random.integers(0, 7, 2)
        boxes.append(Box(left / 8, top / 8, (left + 1) / 8, (top + 1) / 8))
    squares = [
        Box(left / 8, top / 8, (left + side) / 8, (top + side) / 8)
        for side in range(1, 9)
        for left in range(9 - side)
        for top in range(9 - side)
    ]
    free = [one for one in squares if not any(one.meets(box) for box in boxes)]
    ways = slides(Frame(800, 800), 1.0, avoid=tuple(boxes))
    assert ways[0].width == pytest.approx(max(one.width for one in free))
    assert not any(Box(*e).meets(box) for way in ways for e in both_ends(way) for box in boxes)


def test_many_places_to_avoid_take_no_time() -> None:
    boxes = [
        Box(x / 20, y / 20, x / 20 + 0.01, y / 20 + 0.01)
        for x in range(2, 20, 3)
        for y in range(2, 20, 4)
    ]
    assert slides(WIDE, 1.0, avoid=tuple(boxes))


def test_keep_and_avoid_side_by_side() -> None:
    price, ticker = Box(0.0, 0.0, 0.2, 0.2), Box(0.0, 0.9, 1.0, 1.0)
    ways = slides(WIDE, 1.0, keep=(price,), avoid=(ticker,))
    assert all(holds(way, price) for way in ways)


@pytest.mark.parametrize(
    ("aspect", "keep", "avoid", "words"),
    [
        (1.0, (Box(0, 0, 0.7, 0.1),), (), ["bag.mp4", "1:1", "0.562", "0.7", "keep less"]),
        (1.0, (), (Box(0, 0, 1, 0.98),), ["avoid", "32 pixels", "avoid less"]),
        (
            1.0,
            (Box(0, 0, 0.1, 0.1), Box(0.4, 0.9, 0.5, 1.0)),
            (Box(0.2, 0.4, 0.3, 0.6),),
            ["keeps", "avoids 0.2,0.4,0.3,0.6"],
        ),
        (19.0, (), (), []),
    ],
)
def test_what_no_crop_can_do(
    aspect: float, keep: tuple[Box, ...], avoid: tuple[Box, ...], words: list[str]
) -> None:
    if not words:
        assert slides(WIDE, aspect, keep, avoid)
        return
    with pytest.raises(CropImpossible) as error:
        slides(WIDE, aspect, keep, avoid)
    assert not [word for word in words if word not in str(error.value)], str(error.value)


def test_a_sliver_is_no_crop_but_a_small_video_may_be_cropped() -> None:
    with pytest.raises(CropImpossible, match=r"640 x 21 pixels.*between 1:11.2 and 20:1"):
        slides(Frame(640, 360), 30.0)
    assert slides(Frame(96, 54), 1.0)


def test_a_style_says_at_once_what_contradicts_itself() -> None:
    with pytest.raises(ValueError, match=r"holds 0,0,0.2,0.2 and avoids 0.1,0.1,0.3,0.3"):
        Style(aspect=1.0, keep=(Box(0, 0, 0.2, 0.2),), avoid=(Box(0.1, 0.1, 0.3, 0.3),))
    touching = Style(aspect=1.0, keep=(Box(0, 0, 0.2, 0.2),), avoid=(Box(0.2, 0, 0.3, 0.2),))
    assert touching.crops
    with pytest.raises(ValueError, match="a line, not a picture"):
        Style(aspect=100.0)
    with pytest.raises(ValueError, match="10 to 3 is no range"):
        Style(seconds=10, up_to=3)


def test_boxes_know_what_they_share() -> None:
    left, right = Box(0, 0, 0.5, 1), Box(0.5, 0, 1, 1)
    assert not left.meets(right)
    assert left.meets(Box(0.4, 0.9, 0.6, 1.0))
    assert left.holds(Box(0, 0.5, 0.5, 1))
    assert not left.holds(Box(0, 0, 0.6, 1))
    assert str(Box(0, 0, 0.25, 1)) == "0,0,0.25,1"
