"""What a video lost on the way here: broken places, a missing end. Told, never hidden."""

from __future__ import annotations

from collections.abc import Iterable

from gifworthy.moments import clock

_MOST_PLACES = 3600


class Losses:
    """What was lost, by the second; shared by every look at the same video, so nothing is told twice."""

    def __init__(self, name: str, notes: Iterable[str] = ()) -> None:
        self._name = name
        self._notes = list(notes)
        self._seconds: set[int] = set()

    def note(self, text: str) -> None:
        """Keep something a person should know."""
        if text not in self._notes:
            self._notes.append(text)

    def damaged(self, time: float) -> None:
        """Something near that second does not decode."""
        if len(self._seconds) < _MOST_PLACES:
            self._seconds.add(max(0, int(time)))

    def told(self) -> tuple[str, ...]:
        """One line for each kind of loss."""
        if not self._seconds:
            return tuple(self._notes)
        first, count = min(self._seconds), len(self._seconds)
        seconds = "second" if count == 2 else "seconds"
        more = f" and {count - 1} {seconds} more" if count > 1 else ""
        damage = f"{self._name} is damaged near {clock(first)}{more}; what decodes is used"
        return (*self._notes, damage)
