"""Shipped prompts: their words, their sounds, and the book that finds or renders a sound."""
