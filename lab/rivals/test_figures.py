"""What the table says of figures that are there, that never came, and that were no question."""

import pytest

from figures import Row, cell

MOVE = Row("time to move, s", "loss", "move_s", digits=1, within_s=90)
NOTHING = object()


@pytest.mark.parametrize("values, text", [
    ([31.24, 30.0, 34.0], "31.2 (30.0–34.0)"),
    ([0.0, 0.0, 0.0], "0.0"),
    ([None, None, None], "never (within 90 s)"),
    ([40.0, None, 41.0], "41.0 (40.0–never) (within 90 s)"),
    ([None, None, 40.0], "never (40.0–never) (within 90 s)"),
    ([NOTHING, NOTHING, NOTHING], "–"),
    ([NOTHING, 2.0, 4.0], "3.0 (2.0–4.0, 2 of 3)"),
    ([NOTHING, NOTHING, 2.0], "2.0 (1 of 3)"),
])
def test_a_cell(values, text):
    runs = [{"loss": {} if value is NOTHING else {"move_s": value}} for value in values]
    assert cell(MOVE, runs) == text


def test_a_figure_is_shown_in_its_own_unit():
    assert cell(Row("kB", "quiet", "bytes", scale=1e-3, digits=1), [{"quiet": {"bytes": 2734}}]) == "2.7"
