"""Where the eye goes: to what moves by itself, to what stands out, to where the scorer pointed."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

import drawn
from gifworthy.attention import attention, spectral_residual
from gifworthy.types import Box, Clip, Floats


def centroid(seen: Floats) -> tuple[float, float]:
    down, across = np.mgrid[: seen.shape[0], : seen.shape[1]]
    total = seen.sum()
    return (
        float((seen * (across + 0.5)).sum() / total / seen.shape[1]),
        float((seen * (down + 0.5)).sum() / total / seen.shape[0]),
    )


def test_what_stands_out_is_salient() -> None:
    grey = np.full((90, 160), 120, np.uint8)
    cv2.circle(grey, (120, 30), 6, 240, -1)
    seen = spectral_residual(grey)
    row, column = np.unravel_index(int(seen.argmax()), seen.shape)
    assert column / seen.shape[1] == pytest.approx(120 / 160, abs=0.06)
    assert row / seen.shape[0] == pytest.approx(30 / 90, abs=0.08)


def test_what_moves_draws_the_eye_even_when_the_camera_pans() -> None:
    wide = drawn.textured(5, 400, 96)
    frames = []
    for step in range(8):
        frame = wide[:, 4 * step : 4 * step + 160].copy()
        cv2.circle(frame, (120, 20 + 6 * step), 9, (250, 240, 40), -1)
        frames.append(frame)
    seen = attention(Clip(np.stack(frames), np.arange(8) / 8))[2:]
    assert seen[:, :, 35:46].sum() / seen.sum() > 2 * 11 / 53


def test_a_focus_adds_to_its_place() -> None:
    clip = Clip(np.full((3, 90, 160, 3), 100, np.uint8), np.arange(3) / 8)
    plain, pulled = centroid(attention(clip)[0]), None
    pulled = centroid(attention(clip, Box(0.0, 0.6, 0.2, 1.0))[0])
    assert pulled[0] < plain[0] - 0.05
    assert pulled[1] > plain[1] + 0.05


def test_frames_in_which_something_happens_count_for_more() -> None:
    scene = drawn.textured(2, 160, 96)
    frames = [scene.copy() for _ in range(8)]
    for step, frame in enumerate(frames[4:]):
        cv2.circle(frame, (30 + 20 * step, 48), 12, (250, 240, 40), -1)
    seen = attention(Clip(np.stack(frames), np.arange(8) / 8)).sum(axis=(1, 2))
    assert seen[5:].min() > 1.3 * seen[:4].max()
