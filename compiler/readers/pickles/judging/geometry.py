"""Trees of neighbours, triangulations and splines: their nodes point into their own data.

Measured with scikit-learn 1.9.1 and scipy 1.17.1.
"""

from __future__ import annotations

import struct
from typing import Any

from compiler.readers.pickles.arrays import Array, as_array
from compiler.readers.pickles.faults import Denied
from compiler.readers.pickles.nodes import Spans, spans_of
from compiler.readers.pickles.numbers import Numbers, numbers_in
from compiler.readers.pickles.values import Blob, Instance, Pairs

_MAX_DEGREE = 50


def check_binary_tree(made: Instance) -> None:
    """KDTree and BallTree: (data, indices, nodes, bounds, leaf size, levels, number of nodes, …)."""
    if not isinstance(made.state, tuple) or len(made.state) < 7:
        raise Denied("a neighbours tree has no state")
    data, indices, bounds = as_array(made.state[0]), numbers_in(as_array(made.state[1])), as_array(made.state[3])
    levels, count = made.state[5:7]
    if data is None or len(data.shape) != 2 or indices is None or bounds is None:
        raise Denied("a neighbours tree is not what scikit-learn writes")
    points, features = data.shape
    if indices.count != points or indices.least < 0 or indices.greatest >= points:
        raise Denied("a neighbours tree has an index outside of its data")
    if (
        bounds.shape[1:] != (count, features)
        or type(levels) is not int
        or not 0 < levels < 64
        or count != 2**levels - 1
    ):
        raise Denied("a neighbours tree has other bounds than its nodes")
    spans: Spans | None = spans_of(as_array(made.state[2]))
    if spans is None or spans.count != count or spans.least < 0 or spans.greatest > points or spans.inner >= count // 2:
        raise Denied("a neighbours tree has a node outside of its data")


def check_ckdtree(made: Instance) -> None:
    """cKDTree: (nodes, data, n, m, leafsize, maxes, mins, indices, …), nodes of 72 bytes."""
    state = made.state
    if state is None:
        return
    nodes, data, indices = as_array(state[0]), as_array(state[1]), numbers_in(as_array(state[7]))
    count = data.shape[0] if data is not None and data.shape else -1
    raw = nodes.data if nodes is not None else state[0]
    raw = raw.data if isinstance(raw, Blob) else raw
    if indices is None or indices.count != count or (count and (indices.least < 0 or indices.greatest >= count)):
        raise Denied("a neighbours tree has an index outside of its data")
    if not isinstance(raw, bytes | memoryview) or len(raw) % 72:
        raise Denied("a neighbours tree is not what scipy writes")
    total = len(raw) // 72
    for own, (dim, _, start, end, less, greater) in enumerate(struct.iter_unpack("<qq8xqq16xqq", raw)):
        inner = dim == -1 or (own < less < total and own < greater < total and 0 <= dim < data.shape[1])  # type: ignore[union-attr]
        if not inner or not 0 <= start <= end <= count:
            raise Denied("a neighbours tree has a node outside of its data")


def check_triangulation(made: Instance) -> None:
    """Delaunay: corners are points, neighbours are simplices or none (-1), and all are as many as it says."""
    state = made.attributes()
    points, corners = as_array(state.get("_points")), as_array(state.get("simplices"))
    if points is None or len(points.shape) != 2 or corners is None or len(corners.shape) != 2:
        raise Denied("a triangulation is not what scipy writes")
    (count, dimensions), simplices = points.shape, corners.shape[0]
    if (state.get("npoints"), state.get("ndim"), state.get("nsimplex")) != (count, dimensions, simplices):
        raise Denied("a triangulation has other points than it says")
    shapes = {"simplices": (simplices, dimensions + 1), "neighbors": (simplices, dimensions + 1),
              "equations": (simplices, dimensions + 2), "_transform": (simplices, dimensions + 1, dimensions),
              "_vertex_to_simplex": (count,), "min_bound": (dimensions,), "max_bound": (dimensions,)}  # fmt: skip
    for name, shape in shapes.items():
        if state.get(name) is not None and getattr(as_array(state[name]), "shape", None) != shape:
            raise Denied("a triangulation has other simplices than it says")
    least = {"simplices": 0, "neighbors": -1, "_vertex_to_simplex": -1}
    for name, low in least.items():
        found = numbers_in(as_array(state.get(name)))
        if state.get(name) is not None and not _within(found, low, count if name == "simplices" else simplices):
            raise Denied("a triangulation has a simplex outside of its points")


def _within(found: Numbers | None, low: int, size: int) -> bool:
    return found is not None and (not found.count or low <= found.least <= found.greatest < size)


def check_spline(made: Instance) -> None:
    """Splines of FITPACK (`_eval_args`) and BSpline: as many knots and coefficients as the degree asks for."""
    state = {name: value for part in _parts(made.state) for name, value in part.items()}
    plain = (state.get("_t", state.get("t")), state.get("_c", state.get("c")), state.get("k"))
    knots, coefficients, degree = state.get("_eval_args", plain)
    if not state.keys() & {"_eval_args", "t", "_t", "c", "_c", "k"}:
        return
    t: Array | None = as_array(knots)
    c = as_array(coefficients)
    if type(degree) is not int or not 0 <= degree <= _MAX_DEGREE or t is None or c is None:
        raise Denied("a spline is not what scipy writes")
    if len(t.shape) != 1 or t.shape[0] < 2 * degree + 2 or not c.shape or c.shape[0] < t.shape[0] - degree - 1:
        raise Denied("a spline has fewer knots or coefficients than its degree asks for")


def _parts(state: Any) -> list[dict[str, Any]]:
    return [part.named() for part in (state if isinstance(state, tuple) else (state,)) if isinstance(part, Pairs)]
