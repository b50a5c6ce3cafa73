"""Waiting for what must become true, with a deadline; never for time to pass."""

import time

# Between two looks. Short against every bound that the lab asserts, long against what a look costs in the VM.
LOOK_EVERY_S = 0.1


def wait_until(sentence, predicate, deadline, every=LOOK_EVERY_S):
    """Looks until predicate() is true and returns how many seconds that took; fails by saying the sentence."""
    began = time.monotonic()
    while True:
        seen = predicate()
        took = time.monotonic() - began
        if seen:
            return took
        if took > deadline:
            raise AssertionError(f"not within {deadline} s: {sentence} (last seen: {seen!r})")
        time.sleep(every)


def stays_true(sentence, predicate, seconds, every=LOOK_EVERY_S):
    """Looks for `seconds` and fails at the first look that is false: for what must not happen."""
    began = time.monotonic()
    while (passed := time.monotonic() - began) < seconds:
        assert predicate(), f"no longer true after {passed:.2f} s: {sentence}"
        time.sleep(every)
