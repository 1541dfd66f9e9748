"""The film's sound: a soft chord under each scene, a tune for the bear, and a burst at its leap."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gifworthy.sample.juggler import FLIGHT, LEAP
from gifworthy.sample.scenes import Scene

RATE = 44_100
TUNE = (523.3, 587.3, 659.3, 784.0, 659.3, 880.0, 784.0, 587.3)
SOFT, TUNE_LEVEL, BURST_LEVEL = 0.035, 0.11, 0.42

Sound = NDArray[np.float32]


def soundtrack(scenes: Sequence[Scene]) -> Sound:
    """The sound of all scenes, one after the other: (S,) samples in -1..1 at `RATE`."""
    parts = [_chord(scene) + (_bear_tune(scene) if scene.is_lively else 0) for scene in scenes]
    return np.asarray(np.concatenate(parts).clip(-1, 1), np.float32)


def _chord(scene: Scene) -> NDArray[np.float64]:
    times = _times(scene.seconds)
    swell = np.minimum(1, np.minimum(times, scene.seconds - times) / 0.4).clip(0)
    tones = [np.sin(2 * np.pi * tone * times) for tone in scene.chord]
    return np.asarray(SOFT * swell * sum(tones, np.zeros_like(times)))


def _bear_tune(scene: Scene) -> NDArray[np.float64]:
    sound = np.zeros_like(_times(scene.seconds))
    beat = FLIGHT / 2
    for number in range(int(scene.seconds / beat)):
        _add(sound, number * beat, TUNE_LEVEL * _pluck(TUNE[number % len(TUNE)]))
    _add(sound, LEAP + 0.1, BURST_LEVEL * _burst())
    return sound


def _pluck(tone: float) -> NDArray[np.float64]:
    times = _times(0.4)
    string = np.sin(2 * np.pi * tone * times) + 0.3 * np.sin(4 * np.pi * tone * times)
    return np.asarray(np.exp(-8 * times) * string)


def _burst() -> NDArray[np.float64]:
    """A drum, a rising chime and a rustle of paper."""
    times = _times(1.1)
    drum = np.exp(-7 * times) * np.sin(2 * np.pi * (90 - 30 * times) * times)
    chime = np.exp(-3 * times) * np.sin(2 * np.pi * (700 + 500 * times) * times)
    paper = np.exp(-4 * times) * np.random.default_rng(3).normal(0, 0.35, len(times))
    return np.asarray(drum + 0.5 * chime + paper)


def _add(sound: NDArray[np.float64], start: float, part: NDArray[np.float64]) -> None:
    first = round(start * RATE)
    part = part[: max(0, len(sound) - first)]
    sound[first : first + len(part)] += part


def _times(seconds: float) -> NDArray[np.float64]:
    return np.arange(round(seconds * RATE)) / RATE
