"""The perceptual matching error of many generated shots at once: exact projections, with a certificate.

Shape letters: S samples, N shots of the video, D dimensions, K places of a GIF, G GIFs, M planes that
may bound a cell, R of them that ever did, W that bound one move.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gifworthy.learning.metrics.pme import checked_generated, checked_shots, pme
from gifworthy.types import Floats

CHUNK = 1000
BEYOND = 1e-13
RIDGE = 1e-15
CERTAIN = 1e-10
ROUNDS = 1000


@dataclass(frozen=True)
class Cells:
    """The Voronoi cells of one video's shots. shots_nd: (N, D)."""

    shots_nd: Floats

    @classmethod
    def of(cls, shots_nd: ArrayLike) -> Cells:
        """Raises: ValueError when a feature is not finite."""
        return cls(checked_shots(shots_nd))

    def pme(self, generated_sd: ArrayLike, target: int) -> Floats:
        """`pme.pme` of each sample against the cell of one shot.

        The planes that bound a move are few, so they are found one by one for all samples together: the
        dual active-set method of Lawson and Hanson on inner products. Each answer is bounded from
        both sides; the few that stay uncertain by more than 1e-10 go to `pme.pme`.

        Args: generated_sd: (S, D). target: which shot is right.
        Returns: (S,) fractions in [0, 1].
        Raises: ValueError when a feature is not finite, the sizes differ, or there is no such shot.
        """
        made = checked_generated(generated_sd, self.shots_nd.shape[1:])
        if not 0 <= target < len(self.shots_nd):
            raise ValueError(f"there is no shot {target}; the video has {len(self.shots_nd)}")
        cell = Cell(self.shots_nd, target)
        chunks = [made[start : start + CHUNK] for start in range(0, len(made), CHUNK)]
        return np.concatenate([np.zeros(0), *(cell.pme(chunk) for chunk in chunks)])

    def pme_of_gifs(self, generated_skd: ArrayLike, gifs_gk: ArrayLike) -> Floats:
        """The mean over a GIF's places of each place's error, in showing order.

        Args: generated_skd: (S, K, D). gifs_gk: (G, K) which shot each GIF shows at each place.
        Returns: (S, G) fractions.
        """
        gifs = np.asarray(gifs_gk, dtype=np.intp)
        if gifs.ndim != 2 or not gifs.size:
            raise ValueError(f"GIFs must be (GIFs, places), not of shape {gifs.shape}")
        made = checked_generated(generated_skd, (gifs.shape[1], *self.shots_nd.shape[1:]))
        errors = np.zeros((len(made), len(gifs)))
        for place in range(gifs.shape[1]):
            for target in np.unique(gifs[:, place]).tolist():
                shown = gifs[:, place] == target
                errors[:, shown] += self.pme(made[:, place], target)[:, None]
        return np.asarray(errors / gifs.shape[1])


class Cell:
    """One cell: its planes, and the inner products of those that were ever met (taken on the way).

    normals_md: unit vectors from the target to each other shot. halves_m: half their distance.
    products_rm: inner products of the plane in each row with all planes; row_of_m: a plane's row, or
    -1; plane_of_r: a row's plane.
    """

    def __init__(self, shots_nd: Floats, target: int) -> None:
        apart = shots_nd - shots_nd[target]
        lengths = np.linalg.norm(apart, axis=1)
        others = lengths > 0
        self.target_d, self.shots_md = shots_nd[target], shots_nd[others]
        self.normals_md = apart[others] / lengths[others, None]
        self.halves_m = lengths[others] / 2
        self.products_rm = np.empty((0, len(self.halves_m)))
        self.row_of_m = np.full(len(self.halves_m), -1)
        self.plane_of_r = np.empty(0, dtype=np.intp)

    def pme(self, made_sd: Floats) -> Floats:
        """Fractions in [0, 1]: (S,)."""
        reach_sd = self.target_d - made_sd
        far_s = np.linalg.norm(reach_sd, axis=1)
        errors = np.zeros(len(made_sd))
        apart = far_s > 0
        unit_sd = reach_sd[apart] / far_s[apart, None]
        halves_sm = self.halves_m / far_s[apart, None]
        bounds_sm = unit_sd @ self.normals_md.T + halves_sm
        outside = (bounds_sm < 0).any(axis=1)
        moved = np.flatnonzero(apart)[outside]
        if len(moved):
            bounds, halves = bounds_sm[outside], halves_sm[outside]
            bounds[bounds >= 1 - halves] = np.inf
            errors[moved] = self._projected(bounds, halves, made_sd[moved])
        return errors

    def _projected(self, bounds_sm: Floats, halves_sm: Floats, made_sd: Floats) -> Floats:
        search = Search(self, bounds_sm, halves_sm)
        for _ in range(ROUNDS):
            if not search.add_farthest():
                break
            search.settle()
        errors = search.lengths()
        for unsure in np.flatnonzero(~(search.uncertainty(errors) <= CERTAIN)):
            whole = np.vstack([self.target_d, self.shots_md])
            errors[unsure] = pme(made_sd[unsure], whole, 0)
        return np.minimum(1.0, errors)

    def rows_of(self, planes: NDArray[np.intp]) -> NDArray[np.intp]:
        """The rows of some planes; the inner products of new ones are taken now."""
        new = np.unique(planes[self.row_of_m[planes] < 0])
        if len(new):
            self.row_of_m[new] = len(self.products_rm) + np.arange(len(new))
            self.plane_of_r = np.append(self.plane_of_r, new)
            products = self.normals_md[new] @ self.normals_md.T
            self.products_rm = np.vstack([self.products_rm, products])
        return self.row_of_m[planes]


class Search:
    """The planes on which each sample's move ends, found by Lawson and Hanson's method.

    A move is minus the sum of its planes' normals, each times a weight of 0 or more. planes_sw: (S, W),
    -1 where there is none; weights_sw likewise.
    """

    def __init__(self, cell: Cell, bounds_sm: Floats, halves_sm: Floats) -> None:
        self.cell, self.bounds_sm, self.halves_sm = cell, bounds_sm, halves_sm
        self.planes_sw = np.full((len(bounds_sm), 4), -1)
        self.weights_sw = np.zeros(self.planes_sw.shape)
        self.open_s = np.arange(len(bounds_sm))

    def add_farthest(self) -> bool:
        """Give each sample the plane that its move is farthest beyond; False when there is none."""
        beyond_sm = self._beyond(self.open_s)
        farthest = beyond_sm.argmax(axis=1)
        known = (self.planes_sw[self.open_s] == farthest[:, None]).any(axis=1)
        more = (beyond_sm[np.arange(len(farthest)), farthest] > BEYOND) & ~known
        self.open_s, farthest = self.open_s[more], farthest[more]
        if not len(self.open_s):
            return False
        if (self.planes_sw[self.open_s] >= 0).all(axis=1).any():
            self.planes_sw = np.pad(self.planes_sw, ((0, 0), (0, 4)), constant_values=-1)
            self.weights_sw = np.pad(self.weights_sw, ((0, 0), (0, 4)))
        self.cell.rows_of(farthest)
        self.planes_sw[self.open_s, (self.planes_sw[self.open_s] < 0).argmax(axis=1)] = farthest
        return True

    def settle(self) -> None:
        """Put each move where its planes meet; planes that would pull rather than push are let go."""
        left = self.open_s
        while len(left):
            wanted = self._meeting(left)
            weights, used = self.weights_sw[left], self.planes_sw[left] >= 0
            pulls = used & (wanted <= 0)
            apart = np.where(pulls & (weights > 0), weights - wanted, 1.0)
            shares = np.where(pulls, weights / apart, np.inf)
            share = shares.min(axis=1, initial=1.0)[:, None]
            weights = weights + share * (wanted - weights)
            gone = pulls & (shares <= share * (1 + 1e-12))
            self.weights_sw[left] = np.where(gone, 0.0, np.maximum(weights, 0.0))
            self.planes_sw[left] = np.where(gone, -1, self.planes_sw[left])
            left = left[pulls.any(axis=1)]

    def lengths(self) -> Floats:
        """How long each move is: (S,)."""
        normals_rd = self.cell.normals_md[self.cell.plane_of_r]
        every = np.arange(len(self.planes_sw))
        return np.asarray(np.linalg.norm(self._weights_of_rows(every) @ normals_rd, axis=1))

    def uncertainty(self, lengths_s: Floats) -> Floats:
        """By how much each length can at most be wrong: (S,).

        Above the true length by what it takes to bring the move inside all planes on the way to the
        target; below it by the gap to the length that these planes alone ask for (weak duality).
        """
        used = self.planes_sw >= 0
        bounds = np.take_along_axis(self.bounds_sm, np.where(used, self.planes_sw, 0), axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            asked = -(self.weights_sw * np.where(used, bounds, 0.0)).sum(axis=1) / lengths_s
        beyond = np.maximum(0.0, self._beyond(np.arange(len(lengths_s))))
        return np.asarray((beyond / (beyond + self.halves_sm)).max(axis=1) + abs(lengths_s - asked))

    def _beyond(self, samples: NDArray[np.intp]) -> Floats:
        """How far each move ends beyond each plane: (S, M)."""
        moved = self._weights_of_rows(samples) @ self.cell.products_rm
        return np.asarray(-moved - self.bounds_sm[samples])

    def _weights_of_rows(self, samples: NDArray[np.intp]) -> Floats:
        weights_sr = np.zeros((len(samples), len(self.cell.products_rm)))
        place, column = np.nonzero(self.planes_sw[samples] >= 0)
        planes = self.planes_sw[samples[place], column]
        weights_sr[place, self.cell.row_of_m[planes]] = self.weights_sw[samples[place], column]
        return weights_sr

    def _meeting(self, samples: NDArray[np.intp]) -> Floats:
        """The weights with which each move ends on all of its planes: (S, W), 0 where there is none."""
        planes = self.planes_sw[samples]
        used = planes >= 0
        safe = np.where(used, planes, planes.max(axis=1, keepdims=True))
        rows = self.cell.row_of_m[safe]
        both = used[:, :, None] & used[:, None, :]
        products = np.where(both, self.cell.products_rm[rows[:, :, None], safe[:, None, :]], 0.0)
        diagonal = np.arange(planes.shape[1])
        products[:, diagonal, diagonal] = 1.0 + RIDGE
        bounds = np.where(used, np.take_along_axis(self.bounds_sm[samples], safe, axis=1), 0.0)
        return np.asarray(-np.linalg.solve(products, bounds[:, :, None])[:, :, 0])
