"""Writes FOLDER/<class>/0.png: 1,000 classes of one generated colour image of 80 x 80 each.

    python photos.py FOLDER
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

random = np.random.default_rng(0)
for label in range(1000):
    # Large patches of colour under fine noise, roughly as light as photos are.
    patches = Image.fromarray(random.integers(0, 256, (5, 5, 3), dtype=np.uint8))
    picture = np.asarray(patches.resize((80, 80), Image.Resampling.BICUBIC), dtype=np.float64)
    picture = np.clip(picture + random.normal(0, 16, picture.shape), 0, 255).astype(np.uint8)
    folder = Path(sys.argv[1]) / f"class{label:04d}"
    folder.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture).save(folder / "0.png")
