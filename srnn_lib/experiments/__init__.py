"""Experiments that remember: plans, checkpoints, and the tables of long runs."""

from srnn_lib.experiments.checkpoints import Training
from srnn_lib.experiments.plans import Plan, paper_plan, short_plan

__all__ = ["Plan", "Training", "paper_plan", "short_plan"]
