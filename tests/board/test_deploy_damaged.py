"""Whatever is left of an earlier deploy in /.deploy, the next one brings the board up to date."""

import itertools
from collections.abc import Callable

import pytest
from deploy_rig import Files, Target, old_and_new

from tools.deploy import plan
from tools.deploy.steps import _FINISH

Make = Callable[[Files | bytes], Target]
FINISH = b"raise ValueError('of an earlier version')\n"


DAMAGED = [
    {"manifest": b"5"},
    {"manifest": b"[null]"},
    {"manifest": b'[""]'},
    {"manifest": b"[" * 3000},
    {"manifest/folder": b"x"},
    {"commit": b"\xff\xfe rubbish"},
    {"commit": b"- /x\nrubbish\n", "finish.py": None},
    {"commit": b"0 /main.py\n"},
    {"commit": b"0 /main.py\n", "finish.py": FINISH},
    {"commit/folder/x": b"", "finish.py": None},
    {"5/folder/x": b""},
]


@pytest.mark.parametrize(
    ("damaged", "variant"),
    list(zip(DAMAGED, itertools.cycle(["generic", "romfs"]))),
    ids=lambda x: " ".join(f"{name} {str(c)[:9]}" for name, c in x.items()) if x in DAMAGED else x,
)
def test_a_damaged_record_is_set_aside_and_all_goes_up(
    files: Files, make_target: Make, damaged: dict[str, bytes | None], variant: str
) -> None:
    old, new = old_and_new(files)
    content = {name: _FINISH if x is None else x for name, x in damaged.items()}
    if not any(name.startswith("manifest") for name in damaged):
        content["manifest"] = old[plan.MANIFEST]
    kept = {path: x for path, x in old.items() if path != plan.MANIFEST}
    target = make_target(kept | {f"/.deploy/{name}": x for name, x in content.items()})
    status, lines = target.deploy("PORT", new)
    assert status == 0, lines
    found = target.files()
    assert new.items() <= found.items() and target.serves()
    assert any("damaged" in line for line in lines) is any("manifest" in n for n in damaged)
    # What was ours cannot be known from a list that is damaged; a new image has none of the old.
    unknown = "manifest" in str(damaged) and variant == "generic"
    stays = {"/device/gone.mpy", "/device/pair.py"} if unknown else set()
    assert found.keys() - new.keys() == stays
    again, lines = target.deploy("PORT", new)
    assert again == 0 and lines[0] == f"= {len(new)} unchanged"
