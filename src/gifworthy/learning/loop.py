"""The loop: batches, steps, validation, early stopping, and going on after a fall.

Every step draws its lots from a seed of its own (run, net, step) and every epoch its order, so that a
training that goes on at step 1000 does what it would have done; no random state has to be kept.

Shape letters: P items, K rows of an item, B items of a batch, N segments of a video.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from gifworthy.errors import LabelsNotFound, TrainingDiverged
from gifworthy.learning.curves import Board
from gifworthy.learning.examples import Example, Examples
from gifworthy.learning.metrics.pairs import nacc
from gifworthy.learning.recipe import Course, Rows
from gifworthy.learning.run import Progress, Run
from gifworthy.learning.states import Point, State, place_of, read, write
from gifworthy.learning.stopping import Stopping
from gifworthy.moments import counted

if TYPE_CHECKING:
    from torch import nn

LOSS_POINTS = 400
NAMED = 5
VALIDATION = "validation "


def fit(run: Run, course: Course, examples: Examples, name: str) -> None:
    """Train `course.network`; see `Run.fit`."""
    if not len(course.items):
        raise LabelsNotFound(
            "no video has a better and a worse piece to learn from; give more videos or labels"
        )
    if min(course.batch, course.epochs) < 1 or course.patience < 0:
        raise ValueError("batch and epochs must be at least 1, patience at least 0")
    if course.rate is None and course.judge is None:
        raise ValueError("a course needs `rate` or `judge`")
    _Fitting(run, course, examples, name).go()


class _Fitting:
    """One net on its way through a course."""

    def __init__(self, run: Run, course: Course, examples: Examples, name: str) -> None:
        self.run, self.course, self.examples, self.name = run, course, examples, name
        self.place = place_of(run.folder, name)
        self.batches = math.ceil(len(course.items) / course.batch)
        whole = self.batches * course.epochs
        self.steps = whole if run.steps is None else min(whole, run.steps)
        self.network = run.devices.prepare(course.network, course.optimizer)
        self.state = self._resumed()
        self.board = Board(run.folder / "tensorboard" / self.place.stem, self.state.step)
        self.is_whole = True
        self.order: tuple[int, Rows] = (-1, course.items[:0])

    def go(self) -> None:
        """To the end, or to where it grows no better."""
        try:
            with Stopping() as stopping:
                self._go(stopping)
        except KeyboardInterrupt:
            if self.is_whole and not stopping.is_asked:
                self._save()
            raise
        finally:
            self.board.close()
        if self.state.best is not None:
            self.course.network.load_state_dict(self.state.best)
        self.course.network.cpu().eval()

    def _go(self, stopping: Stopping) -> None:
        """Step after step. Raises: KeyboardInterrupt, with what it says to a person, once all is saved."""
        saved = time.monotonic()
        while not self.state.finished:
            self._advance()
            is_stopped = self.run.devices.any_of(stopping.is_asked)
            is_due = time.monotonic() - saved > self.run.save_seconds
            if self.state.finished or is_stopped or is_due:
                self._save()
                saved = time.monotonic()
            if is_stopped:
                raise KeyboardInterrupt(
                    f"stopped after step {self.state.step}; the same command goes on"
                )

    def _advance(self) -> None:
        """One step, and the validation that is due after it."""
        state = self.state
        self.is_whole = False
        loss = self._step(self._batch(state.step))
        state.step += 1
        self._note_loss(loss)
        ended = state.step % self.batches == 0
        if ended and self.course.schedule is not None:
            self.course.schedule.step()
        due = (ended or state.step == self.steps) and bool(self.examples.validation)
        verdict = self._validate() if due else ""
        state.finished = state.step >= self.steps or self._is_over()
        self.is_whole = True
        self._tell(loss, verdict, due)

    def _batch(self, step: int) -> Rows:
        epoch, place = divmod(step, self.batches)
        if self.order[0] != epoch:
            random = self.run.random(self.name, "order", epoch)
            self.order = (epoch, random.permutation(len(self.course.items)))
        first = place * self.course.batch
        return self.course.items[self.order[1][first : first + self.course.batch]]

    def _step(self, rows: Rows) -> float:
        import torch

        course, devices = self.course, self.run.devices
        seed = self.run.number(self.name, "step", self.state.step)
        torch.manual_seed(seed)
        self.network.train()
        course.optimizer.zero_grad()
        with devices.autocast():
            loss = course.loss(self.network, devices.share(rows), np.random.default_rng(seed))
        value = float(loss.detach())
        if not math.isfinite(value):
            raise TrainingDiverged(self._diverged(value, rows))
        devices.backward(loss)
        course.optimizer.step()
        return value

    def _validate(self) -> str:
        """Judge the net, remember it when it is the best so far, and say so in words."""
        state, watch = self.state, self.course.watch
        found = self._judged(self.course.network)
        if watch not in found:
            raise ValueError(f"watch must be one of {', '.join(found)}, not {watch!r}")
        if not math.isfinite(found[watch]):
            raise LabelsNotFound(
                f"{watch} says nothing on {counted(len(self.examples.validation), 'validation video')}: "
                f"none has a better and a worse piece; give others with --validation"
            )
        for name, value in found.items():
            self._point(VALIDATION + name, value)
        better = found[watch] if self._larger_is_better() else -found[watch]
        best = state.best_value if self._larger_is_better() else -state.best_value
        first = state.best is None
        if (
            first or better >= best
        ):  # of equals the later: a short validation is soon at its ceiling
            weights = self.course.network.state_dict()
            state.best = {key: value.detach().cpu().clone() for key, value in weights.items()}
            state.best_step, state.best_value = state.step, found[watch]
        state.worse = 0 if first or better > best else state.worse + 1
        return f"{watch} {found[watch]:.3f}, best {state.best_value:.3f}"

    def _judged(self, network: nn.Module) -> Mapping[str, float]:
        import torch

        network.eval()
        with torch.inference_mode(), self.run.devices.autocast():
            if self.course.judge is not None:
                return self.course.judge(network, self.examples.validation)
            rows = [self._judged_one(network, example) for example in self.examples.validation]
        names = ("nACC", *(metric.name for metric in self.run.metrics if metric.name != "nACC"))
        return dict(zip(names, _means(np.array(rows)), strict=True))

    def _judged_one(self, network: nn.Module, example: Example) -> list[float]:
        assert self.course.rate is not None
        scores = self.course.rate(network, self.examples.pieces(example))
        if not np.isfinite(scores).all():
            raise TrainingDiverged(
                f"after {self.state.step} steps the scores of {example.case.video} are no longer numbers; "
                f"lower the learning rate"
            )
        row = [nacc(example.values, scores)]
        if self.run.metrics:
            judged = zip(self.run.metrics, example.trial.judge(scores), strict=True)
            row += [float(value) for metric, value in judged if metric.name != "nACC"]
        return row

    def _larger_is_better(self) -> bool:
        named = {metric.name: metric.larger_is_better for metric in self.run.metrics}
        return named.get(self.course.watch, True) or self.course.judge is not None

    def _is_over(self) -> bool:
        return bool(self.course.patience) and self.state.worse >= self.course.patience

    def _note_loss(self, loss: float) -> None:
        """The mean loss of each short stretch, so that long trainings have short curves."""
        state = self.state
        state.losses = (state.losses[0] + loss, state.losses[1] + 1)
        stretch = max(1, self.steps // LOSS_POINTS)
        if state.step % stretch == 0 or state.step == self.steps:
            self._point("loss", state.losses[0] / state.losses[1])
            state.losses = (0.0, 0)

    def _point(self, name: str, value: float) -> None:
        point = Point(self.state.step, name, float(value))
        self.state.points.append(point)
        if self.run.devices.is_first:
            self.board.add(point)

    def _tell(self, loss: float, verdict: str, judged: bool) -> None:
        epoch = math.ceil(self.state.step / self.batches)
        epochs = math.ceil(self.steps / self.batches)
        if self.run.devices.is_first:
            self.run.listen(
                Progress(
                    self.name, self.state.step, self.steps, epoch, epochs, loss, verdict, judged
                )
            )

    def _resumed(self) -> State:
        """Where a training of this name stopped, or the beginning."""
        state = read(self.place)
        if state is None:
            return State()
        self.course.network.load_state_dict(state.network)
        self.course.optimizer.load_state_dict(state.optimizer)
        if self.course.schedule is not None:
            self.course.schedule.load_state_dict(state.schedule)
        if state.finished and not self._is_finished(state):
            state = replace(state, finished=False)
        return state

    def _is_finished(self, state: State) -> bool:
        over = bool(self.course.patience) and state.worse >= self.course.patience
        return over or state.step >= self.steps

    def _save(self) -> None:
        if not self.run.devices.is_first:
            return
        course = self.course
        self.state.network = dict(course.network.state_dict())
        self.state.optimizer = course.optimizer.state_dict()
        self.state.schedule = course.schedule.state_dict() if course.schedule is not None else {}
        write(self.state, self.place)

    def _diverged(self, loss: float, rows: Rows) -> str:
        names = list(dict.fromkeys(self.examples.at(int(row)).case.video for row in rows.ravel()))
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        return (
            f"the loss is {loss} at step {self.state.step + 1}, in the batch of videos "
            f"{', '.join(names[:NAMED])}{more}; lower the learning rate, or look at their labels and features"
        )


def _means(rows: np.ndarray) -> list[float]:
    """The mean of each column over the videos where it says something; nan where it never does."""
    known = np.isfinite(rows)
    sums = np.where(known, rows, 0.0).sum(axis=0)
    return [
        float(total / count) if count else math.nan
        for total, count in zip(sums, known.sum(axis=0), strict=True)
    ]
