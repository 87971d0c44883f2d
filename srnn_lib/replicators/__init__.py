"""Nets that apply to themselves: what they are, how they change, and what becomes of many of them."""
