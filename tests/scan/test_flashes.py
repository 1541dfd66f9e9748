import numpy as np
import pytest

from gifworthy.scan.flashes import FlashCounter
from gifworthy.types import Frames
from thumbed import thumbnail

FPS = 30


def flashes_a_second(pictures: list[Frames]) -> float:
    counter = FlashCounter()
    for number, picture in enumerate(pictures):
        counter.see(thumbnail(number / FPS, picture))
    return counter.take() * FPS / len(pictures)


def grey(level: int, columns: int = 96) -> Frames:
    picture = np.full((54, 96, 3), 60, np.uint8)
    picture[:, :columns] = level
    return picture


def test_a_strobe_of_five_hertz_flashes_five_times_a_second() -> None:
    strobe = [grey(230 if number // 3 % 2 else 30) for number in range(3 * FPS)]
    assert flashes_a_second(strobe) == pytest.approx(5, abs=0.4)


def test_a_small_lamp_does_not_flash_the_picture() -> None:
    lamp = [grey(230 if number // 3 % 2 else 60, columns=12) for number in range(3 * FPS)]
    assert flashes_a_second(lamp) == 0


def test_a_slow_fade_is_no_flash() -> None:
    assert flashes_a_second([grey(level) for level in range(0, 180, 2)]) < 0.5


def test_what_was_taken_is_not_counted_again() -> None:
    counter = FlashCounter()
    for number in range(12):
        counter.see(thumbnail(number / FPS, grey(230 if number % 2 else 30)))
    assert counter.take() > 3
    assert counter.take() == 0
