"""The columns that every load has: what became of its commands, and what they cost the cloud."""

from tests.benchmarks.load import Run

COUNTS = ("sent", "answered", "error", "unanswered", "not acked", "calls")


def counts(run: Run) -> tuple[str, ...]:
    """The figures under `COUNTS`."""
    figures = (
        len(run.sent),
        run.count("answer"),
        run.count("error"),
        run.count(None),
        run.refused,
        run.calls,
    )
    return tuple(map(str, figures))
