"""COUNT of `make soak` has the digits 0 to 9, and no more of them than anybody waits for."""

import pytest
from tool_rig import ROOT, run


@pytest.mark.parametrize("count", ["²", "9", pytest.param("9" * 5000, id="long")])
def test_a_count_that_is_none_is_one_line(count: str) -> None:
    status, shown = run("soak", ROOT, COUNT=count)
    assert status == 1
    assert shown.startswith(f"error: COUNT={count} ") and shown.count("\n") == 1
