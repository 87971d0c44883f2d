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

MIXED = {
    "steps": [0, 50, 100, 150, 200, 250, 300, 350, 400, 450, 500],
    "weightwise": [0.2, 0.3, 0.15, 0.55, 0.7, 0.85, 0.8, 0.95, 0.9, 1.0, 1.0],
    "aggregating": [1.0, 0.95, 1.0, 1.0, 0.95, 0.9, 0.8, 1.0, 0.85, 1.0, 0.9],
    "recurrent": [0.05, 0.0, 0.05, 0.0, 0.0, 0.1, 0.1, 0.05, 0.1, 0.0, 0.0],
}
"""Share of 20 nets that were fixpoints, zero or not, after at most four rounds of one self-application and the given
number of steps of self-training, margin 1e-4 (results/exp-mixed-self-fixpoints)."""

SOUP = {"nets": 20, "fixpoints": {1e-4: 13, 1e-5: 8}, "distance": {"start": 3.23, "end": 1.31}}
"""The one soup of SR Fig. 12 after 100 epochs: non-zero fixpoints by margin (results/Soup/log.txt and the weights
stored beside it), and the median distance between two nets after the first and after the last epoch."""

SOUP_TRAINING = {
    "steps": [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100],
    "weightwise": {
        "zero": [0.0, 0.0, 0.1, 0.0, 0.0, 0.0, 0.0, 0.1, 0.0, 0.0, 0.0],
        "fixpoint": [0.0, 0.0, 0.7, 1.9, 3.6, 4.3, 6.0, 6.1, 8.3, 7.7, 8.8],
    },
    "aggregating": {
        "zero": [0.8, 0.4, 0.4, 0.3, 0.2, 0.2, 0.2, 0.2, 0.2, 0.4, 0.3],
        "fixpoint": [0.0] * 11,
    },
}
"""Mean numbers of fixpoints in 10 soups of 10 nets after 5 epochs with the given steps of self-training per epoch,
margin 1e-4 (results/exp-mixed-soup; SR Fig. 13)."""
