"""Numbers that the papers' authors logged, for comparison only: nothing here enters an experiment.

Facts read from the result logs in the authors' public repository (branch `master`, 2019); counts are nets.
"""

SELF_APPLICATION = {
    "weightwise": {"divergent": 23, "zero": 27},
    "aggregating": {"divergent": 4, "zero": 46},
    "recurrent": {"divergent": 46, "zero": 4},
}
"""Outcomes of 50 nets per reduction after 100 self-applications, margin 1e-4 (results/exp-applying_fixpoint)."""

SELF_TRAINING = {
    "weightwise": {"fixpoint": 50},
    "aggregating": {"other": 50},
    "recurrent": {"divergent": 38, "other": 12},
}
"""Outcomes of 50 nets per reduction after 1,000 steps of self-training, margin 1e-4 (results/exp-training_fixpoint)."""

IDENTITY_NOISE = {
    "noise": [1e0, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9],
    "time_to_vergence": [3.63, 5.02, 6.46, 8.04, 9.61, 11.23, 12.99, 14.58, 21.95, 26.45],
    "time_as_fixpoint": [0.0, 0.0, 0.0, 0.0, 0.04, 1.38, 3.23, 4.84, 11.91, 16.47],
}
"""Means over 100 noisy copies of the hand-made fixpoint, float32, margin 1e-4 (results/known_fixpoint_variation)."""
