"""The model all-MiniLM-L6-v2, worked out with numpy alone.

Six layers of a BERT encoder (Devlin et al. 2019) with mean pooling (Reimers
and Gurevych 2019, sentence-transformers); 384 numbers a text, of length one,
so that the product of two is the cosine between them. Weights and words come
from the published model (Apache-2.0), which is refused when it is another one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from threadpoolctl import threadpool_limits
from tokenizers import Tokenizer

from portal.core.errors import ConfigError

NAME: Final = "all-MiniLM-L6-v2"
SHA256: Final = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
SIZE: Final = 384
LONGEST: Final = 256
"""Word pieces of a text that are read."""
LAYERS, HEADS, OF_A_HEAD = 6, 12, 32

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class _Layer:
    mix: Vectors
    mix_bias: Vectors
    out: Vectors
    out_bias: Vectors
    first_norm: tuple[Vectors, Vectors]
    wide: Vectors
    wide_bias: Vectors
    back: Vectors
    back_bias: Vectors
    second_norm: tuple[Vectors, Vectors]


class Model:
    """The model in memory: 90 MB, shared by all threads."""

    def __init__(self, place: Path) -> None:
        """Read it from *place*.

        Raises:
            ConfigError: it is not there, or another one.
        """
        weights = place / "model.safetensors"
        if not weights.is_file() or hashlib.sha256(weights.read_bytes()).hexdigest() != SHA256:
            raise ConfigError(f"{weights} is not the model {NAME}.", hint="Install it again: make run does.")
        # One thread a text: on a machine that does other things as well, several wait for each other all the time.
        threadpool_limits(limits=1, user_api="blas")
        self._tokenizer: Any = Tokenizer.from_file(str(place / "tokenizer.json"))
        self._tokenizer.enable_truncation(LONGEST)
        self._tokenizer.no_padding()
        of = {name: each for name, each in load_file(weights).items() if each.dtype == np.float32}
        self._words = of["embeddings.word_embeddings.weight"]
        self._places = of["embeddings.position_embeddings.weight"] + of["embeddings.token_type_embeddings.weight"][0]
        self._norm = (of["embeddings.LayerNorm.weight"], of["embeddings.LayerNorm.bias"])
        self._layers = [_layer(of, f"encoder.layer.{number}.") for number in range(LAYERS)]

    def vectors(self, texts: Sequence[str], *, threads: int = 1) -> Vectors:
        """One row of length one for each text; worked out by so many *threads*."""
        read = [encoded.ids for encoded in self._tokenizer.encode_batch(list(texts))]
        if threads == 1 or len(read) == 1:
            rows = list(map(self._vector, read))
        else:
            with ThreadPoolExecutor(threads) as pool:
                rows = list(pool.map(self._vector, read))
        return np.stack(rows) if rows else np.empty((0, SIZE), dtype=np.float32)

    def _vector(self, ids: Sequence[int]) -> Vectors:
        x = _normed(self._words[list(ids)] + self._places[: len(ids)], self._norm)
        for layer in self._layers:
            x = _through(x, layer)
        mean = x.mean(axis=0)
        return np.asarray(mean / np.linalg.norm(mean), dtype=np.float32)


def _layer(of: dict[str, Vectors], start: str) -> _Layer:
    own = f"{start}attention.self."
    return _Layer(
        mix=np.ascontiguousarray(np.concatenate([of[f"{own}{each}.weight"] for each in ("query", "key", "value")]).T),
        mix_bias=np.concatenate([of[f"{own}{each}.bias"] for each in ("query", "key", "value")]),
        out=np.ascontiguousarray(of[f"{start}attention.output.dense.weight"].T),
        out_bias=of[f"{start}attention.output.dense.bias"],
        first_norm=(of[f"{start}attention.output.LayerNorm.weight"], of[f"{start}attention.output.LayerNorm.bias"]),
        wide=np.ascontiguousarray(of[f"{start}intermediate.dense.weight"].T),
        wide_bias=of[f"{start}intermediate.dense.bias"],
        back=np.ascontiguousarray(of[f"{start}output.dense.weight"].T),
        back_bias=of[f"{start}output.dense.bias"],
        second_norm=(of[f"{start}output.LayerNorm.weight"], of[f"{start}output.LayerNorm.bias"]),
    )


def _through(x: Vectors, layer: _Layer) -> Vectors:
    """One layer: every word looks at all the others, then each is thought about by itself."""
    count = len(x)
    query, key, value = (x @ layer.mix + layer.mix_bias).reshape(count, 3, HEADS, OF_A_HEAD).transpose(1, 2, 0, 3)
    looks = query @ key.transpose(0, 2, 1) / np.float32(np.sqrt(OF_A_HEAD))
    looks = np.exp(looks - looks.max(axis=-1, keepdims=True))
    looks /= looks.sum(axis=-1, keepdims=True)
    seen = (looks @ value).transpose(1, 0, 2).reshape(count, SIZE)
    x = _normed(seen @ layer.out + layer.out_bias + x, layer.first_norm)
    thought = _gelu(x @ layer.wide + layer.wide_bias)
    return _normed(thought @ layer.back + layer.back_bias + x, layer.second_norm)


def _normed(x: Vectors, norm: tuple[Vectors, Vectors]) -> Vectors:
    apart = x - x.mean(axis=-1, keepdims=True)
    spread = np.sqrt(np.square(apart).mean(axis=-1, keepdims=True) + np.float32(1e-12))
    found: Vectors = apart / spread * norm[0] + norm[1]
    return found


def _gelu(x: Vectors) -> Vectors:
    """GELU with the error function to 1.5e-7 (Abramowitz and Stegun 1964, formula 7.1.26), in few passes."""
    t = np.abs(x)
    t *= np.float32(0.3275911 / 2**0.5)
    t += 1
    np.reciprocal(t, out=t)
    found = t * np.float32(1.061405429)
    for factor in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        found += np.float32(factor)
        found *= t
    np.multiply(x, x, out=t)
    t *= np.float32(-0.5)
    found *= np.exp(t, out=t)
    np.subtract(1, found, out=found)
    np.copysign(found, x, out=found)
    found += 1
    found *= x
    found *= np.float32(0.5)
    return found
