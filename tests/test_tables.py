"""Tidy tables of outcomes."""

import torch

from srnn_lib.replicators import fixpoints
from srnn_lib.replicators.tables import outcome_rows


def test_codes_and_counts_give_the_same_rows():
    codes = torch.tensor([0, 1, 1, 4, 1])
    rows = outcome_rows(codes, reduction="weightwise", source="ours")
    assert rows.equals(outcome_rows({"divergent": 1, "zero": 3, "other": 1}, reduction="weightwise", source="ours"))
    assert rows["outcome"].tolist() == list(fixpoints.OUTCOMES)
    assert rows["count"].tolist() == [1, 3, 0, 0, 1]
    assert set(rows["source"]) == {"ours"}
