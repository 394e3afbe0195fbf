"""Benchmarks: figures of one run, as ratios to what the same machine can do. No test asserts a speed."""
