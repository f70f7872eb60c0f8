"""What was tried on the ranking, as a table."""

from __future__ import annotations

from math import hypot

from eval.tried import Effect, Trial, load_trials, table

TRIALS = [
    Trial(
        "windows",
        False,
        {"one": Effect(100, 0.50, 0.53, 0.01, 0.06, 0.01), "two": Effect(100, 0.40, 0.39, -0.04, 0.02, 0.6)},
    ),
    Trial("nearness", True, {"one": Effect(100, 0.50, 0.52, -0.01, 0.05, 0.2)}),
]


def test_a_row_has_the_mean_its_interval_and_the_sets_where_it_is_significant() -> None:
    low, high = 0.01 - hypot(0.02, 0.03) / 2, 0.01 + hypot(0.03, 0.03) / 2
    assert table(TRIALS, kept=False).splitlines()[2] == (
        f"| windows | +1.0 [{100 * low:+.1f}, {100 * high:+.1f}] | one +3.0 |"
    )
    assert table(TRIALS, kept=True).splitlines()[2:] == ["| nearness | +2.0 [-1.0, +5.0] | – |"]


def test_every_committed_trial_is_of_the_same_sets_and_holds_its_own_mean() -> None:
    measured, trials = load_trials()
    assert "nDCG@10" in measured
    assert len({tuple(trial.sets) for trial in trials}) == 1
    for trial in trials:
        for effect in trial.sets.values():
            assert effect.low <= effect.difference + 1e-4
            assert effect.difference <= effect.high + 1e-4
            assert 0 < effect.p <= 1
    assert {trial.kept for trial in trials} == {True, False}
