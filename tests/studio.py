"""A small folder of drawings for every kind that shots are made of."""

from __future__ import annotations

import csv

import cv2
import numpy as np
from PIL import Image

FIELDS = ("file", "kind", "work", "split", "author", "licence", "source")


def painted(chance, height, width, least=20, most=220):
    """Soft colours all over, (H, W, 3)."""
    small = chance.uniform(least, most, (5, 7, 3)).astype(np.float32)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC).clip(0, 225).astype(np.uint8)


def page(chance, height=300, width=220):
    """Two panels one below the other, white around them."""
    paper = np.full((height, width, 3), 255, np.uint8)
    paper[10:140, 10:-10] = painted(chance, 130, width - 20)
    paper[160:-10, 10:-10] = painted(chance, height - 170, width - 20)
    return paper


def figure(chance, height=180, width=90):
    """An ellipse with a dark outline, cut off below; (H, W, 4)."""
    pixels = np.zeros((height, width, 4), np.uint8)
    colours = [*chance.integers(60, 220, 3).tolist(), 255]
    cv2.ellipse(pixels, (width // 2, height), (width // 3, height - 10), 0, 0, 360, colours, -1, cv2.LINE_AA)
    cv2.ellipse(pixels, (width // 2, height), (width // 3, height - 10), 0, 0, 360, (20, 20, 25, 255), 3)
    return pixels


def written(root):
    """The folder, with its manifest; train and val have all kinds, test has one scene."""
    root.mkdir()
    rows = []

    def add(file, kind, work, split, licence, pixels):
        Image.fromarray(pixels).save(root / file)
        rows.append(
            dict(zip(FIELDS, (file, kind, work, split, f"who drew {work}", licence, "here"), strict=True))
        )

    for split in ("train", "val"):
        chance = np.random.default_rng(len(split))
        for name in ("ann", "bob"):
            for face in ("calm", "loud"):
                add(
                    f"{split}_{name}__{face}.png",
                    "character",
                    f"{split}:{name}",
                    split,
                    "CC-BY-4.0",
                    figure(chance),
                )
        add(f"{split}_hill.png", "scene", f"{split}:hill", split, "MIT", painted(chance, 150, 240))
        add(f"{split}_page.png", "comic", f"{split}:page", split, "CC-BY-4.0", page(chance))
        add(f"{split}_flat.png", "vector", f"{split}:flat", split, "CC0-1.0", painted(chance, 100, 160))
        add(f"{split}_photo.png", "photo", f"{split}:photo", split, "CC0-1.0", painted(chance, 150, 240))
    add("test_hill.png", "scene", "test:hill", "test", "MIT", painted(chance, 150, 240))
    with (root / "manifest.csv").open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, FIELDS)
        writer.writeheader()
        writer.writerows(rows)
    return root
