from functools import cache
from pathlib import Path

import numpy as np
import pytest

import drawn
import drawn_strange
from gifworthy.decoding import open_source
from gifworthy.scan import probing, scan_video
from gifworthy.scan.watching import PACE, Moment, Watched
from gifworthy.types import EFFORTS, Effort, Scan, Segment
from gifworthy.video import open_video

VIDEOS = Path(__file__).resolve().parents[3] / "shared" / "videos"
FPS = 25
NOTHING = np.zeros((1, 1, 3), np.uint8)
SPEED = 0.25  # frame widths a second
WIDTH, HEIGHT, SQUARE = 192, 108, 54


def scan_of(path: Path, effort: Effort = "thorough", bounds: Segment | None = None) -> Scan:
    with open_source(path) as source:
        return scan_video(source, bounds or Segment(0.0, source.duration), effort)


@cache
def square_on_a_still_scene() -> Path:
    """A detailed square, a seventh of the picture, that crosses a detailed scene at `SPEED`."""
    scene, square = drawn.textured(1, WIDTH, HEIGHT), drawn.textured(2, SQUARE, SQUARE)

    def picture(number: int) -> drawn.Picture:
        left = round(number * SPEED * WIDTH / FPS)
        shown = scene.copy()
        shown[27 : 27 + SQUARE, left : left + SQUARE] = square
        return shown

    return drawn.write(drawn.FOLDER / "square.mp4", map(picture, range(60)))


@cache
def panned_scene() -> Path:
    """A camera that pans over a still, detailed scene at `SPEED`."""
    scene = drawn.textured(3, 3 * WIDTH, HEIGHT)
    lefts = (round(number * SPEED * WIDTH / FPS) for number in range(60))
    return drawn.write(
        drawn.FOLDER / "pan.mp4", (np.ascontiguousarray(scene[:, x : x + WIDTH]) for x in lefts)
    )


@cache
def black(seconds: float = 2.0) -> Path:
    pictures = (np.zeros((96, 160, 3), np.uint8) for _ in range(round(seconds * FPS)))
    return drawn.write(drawn.FOLDER / "all-black.mp4", pictures)


def test_cuts_are_exact_when_every_frame_is_seen() -> None:
    assert scan_of(drawn.cuts()).cuts == pytest.approx(drawn.CUTS, abs=1e-6)


def test_cuts_are_within_a_frame_when_frames_are_skipped() -> None:
    assert scan_of(drawn.cuts(), "balanced").cuts == pytest.approx(drawn.CUTS, abs=1 / FPS + 1e-6)


@pytest.mark.parametrize("effort", EFFORTS)
def test_moments_come_eight_times_a_second_at_most_inside_the_bounds(effort: Effort) -> None:
    bounds = Segment(3.0, 5.0)
    scan = scan_of(drawn.cuts(), effort, bounds)
    assert 12 <= len(scan) <= 17
    assert all(bounds.holds(float(time)) for time in scan.times)
    assert (np.diff(scan.times) > 0).all()
    assert scan.frames.shape == (len(scan), 58, 96, 3)
    assert scan.cuts == pytest.approx([3.4], abs=1 / FPS + 1e-6)


def test_every_signal_has_a_finite_value_for_every_moment() -> None:
    scan = scan_of(drawn.with_sound())
    for name in (
        *("brightness", "contrast", "sharpness", "colourfulness", "change", "motion"),
        *("camera", "moving", "packets", "loudness", "flashes"),
    ):
        values = getattr(scan, name)
        assert values.shape == scan.times.shape, name
        assert np.isfinite(values).all(), name


@pytest.mark.xfail(strict=True, reason="the flow of movement.py is too coarse for this square")
@pytest.mark.parametrize("effort", ["balanced", "thorough"])
def test_a_square_that_moves_is_motion_by_its_speed_and_share(effort: Effort) -> None:
    scan = scan_of(square_on_a_still_scene(), effort)
    share = SQUARE**2 / (WIDTH * HEIGHT)
    assert 0.3 < np.median(scan.motion) / (SPEED * share) < 1.3


@pytest.mark.parametrize("effort", ["balanced", "thorough"])
def test_a_pan_is_the_cameras_movement(effort: Effort) -> None:
    scan = scan_of(panned_scene(), effort)
    assert np.median(scan.camera) == pytest.approx(SPEED, rel=0.2)
    assert np.median(scan.motion) < SPEED / 10
    assert not len(scan.cuts)
    assert not scan.transitions


def test_motion_does_not_depend_on_the_frame_rate() -> None:
    scene = drawn.textured(4, 3 * WIDTH, HEIGHT)
    means = []
    for fps in (15, 60):
        lefts = (round(number * SPEED * WIDTH / fps) for number in range(2 * fps))
        recipe = drawn.Recipe(options=drawn.H264, fps=fps)  # type: ignore[arg-type]
        path = drawn.write(
            drawn.FOLDER / f"pan-{fps}.mp4",
            (np.ascontiguousarray(scene[:, x : x + WIDTH]) for x in lefts),
            recipe,
        )
        means.append(np.median(scan_of(path).camera))
    assert means[0] == pytest.approx(means[1], rel=0.1)


def test_movement_is_not_measured_across_a_cut() -> None:
    scan = scan_of(drawn.cuts())
    near = np.abs(scan.times[:, None] - np.array(drawn.CUTS)).min(axis=1) < PACE
    assert near.sum() >= 3
    assert scan.change[near].max() < 2 * scan.change[~near].max()


def test_the_loud_second_is_heard_where_it_is() -> None:
    scan = scan_of(drawn.with_sound())
    start, end = drawn.LOUD
    inside = (scan.times > start + PACE) & (scan.times < end - PACE)
    outside = (scan.times < start - PACE) | (scan.times > end + PACE)
    assert scan.loudness[inside].min() > scan.loudness[outside].max() + 20


def test_a_video_without_sound_has_no_loudness() -> None:
    assert not len(scan_of(drawn.silent()).loudness)


def test_one_frame_is_one_moment_that_does_not_move() -> None:
    scan = scan_of(drawn.one_frame())
    assert len(scan) == 1
    assert scan.motion[0] == scan.camera[0] == scan.change[0] == 0


@pytest.mark.parametrize("effort", EFFORTS)
def test_half_a_second_is_scanned(effort: Effort) -> None:
    assert 3 <= len(scan_of(drawn.half_second(), effort)) <= 5


def test_black_is_dark_plain_and_still() -> None:
    scan = scan_of(black())
    assert scan.brightness.max() < 2
    assert scan.contrast.max() < 1
    assert scan.motion.max() == 0
    assert not len(scan.cuts)


@pytest.mark.parametrize("variant", ["uneven", "webm", "ts-late", "open-gop", "raw", "one-key"])
def test_other_containers_and_rates_are_scanned(variant: str) -> None:
    scan = scan_of(drawn.numbered(variant))
    assert len(scan) >= 12
    assert scan.times[0] == pytest.approx(0, abs=0.05)
    assert len(scan.key_times) <= drawn.NUMBERED_COUNT


def test_what_decodes_of_a_damaged_video_is_scanned_and_the_loss_is_told() -> None:
    with open_source(drawn_strange.damaged()) as source:
        scan = scan_video(source, Segment(0.0, source.duration), "thorough")
        assert source.losses.told()
    assert scan.times[-1] > 0.7 * source.duration


def test_probes_see_the_same_shots_as_a_thorough_look(monkeypatch: pytest.MonkeyPatch) -> None:
    thorough = scan_of(drawn.cuts())
    monkeypatch.setattr(probing, "DENSEST", 0.0)
    probed = scan_of(drawn.cuts(), "fast")
    assert len(probed) < len(thorough)
    assert probed.cuts == pytest.approx(drawn.CUTS, abs=0.5)
    assert probed.packets.sum() > 0
    for time, frame in zip(probed.times, probed.frames, strict=True):
        nearest = int(np.abs(thorough.times - time).argmin())
        if abs(thorough.times[nearest] - time) < 0.01:
            assert np.abs(frame.astype(float) - thorough.frames[nearest]).mean() < 4


@pytest.mark.xfail(strict=True, reason="the flow of movement.py is too coarse for this square")
def test_probed_motion_means_what_it_means_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probing, "DENSEST", 0.0)
    share = SQUARE**2 / (WIDTH * HEIGHT)
    scan = scan_of(square_on_a_still_scene(), "fast")
    assert 0.3 < np.median(scan.motion) / (SPEED * share) < 1.3


@pytest.mark.slow
@pytest.mark.skipif(not VIDEOS.is_dir(), reason="the real videos are not here")
def test_no_effort_finds_a_cut_in_a_shaken_single_shot() -> None:
    for effort in EFFORTS:
        scan = scan_of(VIDEOS / "dizzy_cat_25s_480x360.mp4", effort)
        assert not len(scan.cuts)
        assert not scan.transitions


@pytest.mark.parametrize("effort", EFFORTS)
def test_it_tells_how_far_it_has_come(effort: Effort) -> None:
    told: list[float] = []
    with open_video(drawn.cuts(), effort, told=told.append) as video:
        assert len(video.scan)
    assert told == sorted(told)
    assert told[-1] > 0.9


def test_a_probe_is_believed_by_less_than_half() -> None:
    """Three probes that moved by 1, 2 and 7: the median is 2, and 0.4 of what lies beyond it is kept."""
    probes = [
        Watched((Moment(0.0, NOTHING, np.zeros(4), np.full(4, moved), 0.0),), (), ())
        for moved in (1.0, 2.0, 7.0)
    ]
    doubted = [watched.moments[0].moves for watched in probing._doubted(probes)]
    assert [moves[0] for moves in doubted if moves is not None] == pytest.approx([1.6, 2.0, 4.0])
