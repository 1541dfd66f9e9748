"""High dynamic range -> standard range: pure arithmetic on small pictures, no decoder.

A picture coded with PQ or HLG shown as if it were ordinary looks grey and washed out: its codes mean
other light. The way back to a screen's codes is: codes -> light (nits) -> the highlights rolled off
-> the screen's primaries -> sRGB codes.

Sources: ITU-R BT.2100-2, table 4 (PQ) and table 5 (HLG); ITU-R BT.2390-9, section 5.4.1 (the roll-off, EETF);
ITU-R BT.2408-5 (reference white is 203 nits, which is what a screen's white stands for here);
SMPTE EG 432-1 (P3); IEC 61966-2-1 (sRGB).
"""

from __future__ import annotations

from functools import cache
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from gifworthy.types import Frames

Transfer = Literal["pq", "hlg"]
Light = NDArray[np.float32]

WHITE = 203.0
USUAL_PEAK = 1000.0
_CODES = 1 << 16
_BT2020_LUMA = (0.2627, 0.6780, 0.0593)
_TO_BT709 = {
    "bt2020": (
        (1.660491, -0.587641, -0.072850),
        (-0.124550, 1.132900, -0.008349),
        (-0.018151, -0.100579, 1.118730),
    ),
    "p3": (
        (1.224940, -0.224940, 0.0),
        (-0.042057, 1.042057, 0.0),
        (-0.019638, -0.078636, 1.098274),
    ),
}


def standard_range(
    picture: NDArray[np.uint16],
    transfer: Transfer,
    peak: float = USUAL_PEAK,
    primaries: str = "bt2020",
) -> Frames:
    """A picture for a standard screen.

    Args: picture: (H, W, 3) RGB codes, 0..65535, full range. peak: brightest light in it, nits.
        primaries: `bt2020`, `p3` or `bt709`.
    Returns: (H, W, 3) uint8 sRGB.
    """
    light: Light = _light_of_codes(transfer)[picture]
    if transfer == "hlg":
        light *= _system_gain(light)[..., None]
        peak = USUAL_PEAK
    brightest = light.max(axis=2)
    light *= _roll_off(brightest, peak)[..., None]
    if primaries in _TO_BT709:
        light = _mixed(light, _TO_BT709[primaries])
    steps = np.clip(light / WHITE * (_CODES - 1), 0, _CODES - 1).astype(np.uint16)
    shown: Frames = _srgb_of_light()[steps]
    return shown


def nits_of_pq(codes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Light of PQ codes 0..1, in nits (BT.2100, table 4, the EOTF)."""
    powered = codes ** (1 / 78.84375)
    base = np.maximum(powered - 0.8359375, 0) / (18.8515625 - 18.6875 * powered)
    return 10000 * base ** (1 / 0.1593017578125)


def pq_of_nits(nits: NDArray[np.float64]) -> NDArray[np.float64]:
    """PQ codes 0..1 of light in nits: the inverse of `nits_of_pq`."""
    powered = (np.asarray(nits, dtype=np.float64) / 10000) ** 0.1593017578125
    return ((0.8359375 + 18.8515625 * powered) / (1 + 18.6875 * powered)) ** 78.84375


def scene_of_hlg(codes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Light of the scene 0..1 of HLG codes 0..1 (BT.2100, table 5, the inverse OETF)."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return np.where(codes <= 0.5, codes**2 / 3, (np.exp((codes - c) / a) + b) / 12)


def rolled_off(nits: NDArray[np.float64], peak: float, white: float = WHITE) -> NDArray[np.float64]:
    """Light that a screen of `white` nits shows for light up to `peak` nits (BT.2390, EETF).

    Below the knee nothing changes; above it a Hermite spline in PQ codes brings the peak to white.
    """
    if peak <= white:
        return np.minimum(nits, white)
    top = pq_of_nits(np.array(peak))
    codes = np.minimum(pq_of_nits(nits) / top, 1)
    most = float(pq_of_nits(np.array(white)) / top)
    knee = 1.5 * most - 0.5
    t = np.maximum(codes - knee, 0) / (1 - knee)
    spline = (
        (2 * t**3 - 3 * t**2 + 1) * knee
        + (t**3 - 2 * t**2 + t) * (1 - knee)
        + (-2 * t**3 + 3 * t**2) * most
    )
    return nits_of_pq(np.where(codes < knee, codes, spline) * top)


def _system_gain(scene: Light) -> Light:
    """The display's part of HLG (OOTF): light of a 1000-nit screen is 1000 Y^0.2 times the scene's."""
    luma = _mixed(scene, (_BT2020_LUMA,))[..., 0]
    return (USUAL_PEAK * np.power(luma, 0.2)).astype(np.float32)


def _mixed(light: Light, rows: tuple[tuple[float, float, float], ...]) -> Light:
    """Each row's weighted sum of the three colours: (H, W, rows)."""
    mixed = cv2.transform(light, np.array(rows, np.float32))
    return mixed.reshape(*light.shape[:2], len(rows)).astype(np.float32, copy=False)


def _roll_off(brightest: Light, peak: float) -> Light:
    """What to multiply all three colours by, so that the brightest fits and the hue stays."""
    nits, gains = _roll_off_table(float(peak))
    return np.interp(brightest, nits, gains).astype(np.float32)


@cache
def _roll_off_table(peak: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    nits = nits_of_pq(np.linspace(0, 1, 1024))
    nits[0] = 1e-6
    return nits, rolled_off(nits, peak) / nits


@cache
def _light_of_codes(transfer: Transfer) -> Light:
    codes = np.arange(_CODES) / (_CODES - 1)
    return (nits_of_pq(codes) if transfer == "pq" else scene_of_hlg(codes)).astype(np.float32)


@cache
def _srgb_of_light() -> Frames:
    light = np.arange(_CODES) / (_CODES - 1)
    codes = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.round(255 * codes).astype(np.uint8)
