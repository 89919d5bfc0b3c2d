"""Make samples/ from drawings, degraded as life does.

    python benchmarks/samples.py ../shared/data --out samples

The pictures and the clip are committed; run this only to change them. Nothing here is random without a seed.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageFilter

from drawings import Credit, Drawings
from samples_clip import clip

Size = tuple[int, int]


def over(scene: Image.Image, drawing: Image.Image, height: int, at: Size) -> Image.Image:
    """`scene` with `drawing` (RGBA), scaled to `height`, laid over it with its top left corner at `at`."""
    width = round(drawing.width * height / drawing.height)
    layer = Image.new("RGBA", scene.size)
    layer.paste(drawing.resize((width, height), Image.Resampling.LANCZOS), at)
    return Image.alpha_composite(scene.convert("RGBA"), layer).convert("RGB")


def smaller(picture: Image.Image, size: Size, blur: float = 0.0) -> Image.Image:
    """`picture` at `size`, softened first as a cheap camera, scan or scaler does."""
    return picture.filter(ImageFilter.GaussianBlur(blur)).resize(size, Image.Resampling.BICUBIC)


def resaved(picture: Image.Image, quality: int) -> Image.Image:
    """`picture` after a round trip through a 4:2:0 JPEG."""
    held = io.BytesIO()
    picture.save(held, "JPEG", quality=quality, subsampling="4:2:0")
    return Image.open(held).convert(picture.mode)


def witch(drawings: Drawings, path: Path) -> None:
    """A character over a painted sky: a soft screenshot kept as JPEG of quality 40."""
    sky = drawings.open("paintings/pcart_2015_05_27_user_manual_by_David_Revoy.webp")
    scene = sky.crop((790, 60, 1790, 810)).resize((960, 720), Image.Resampling.LANCZOS)
    picture = over(scene, drawings.character("marisa", "smug"), 1150, (20, 30))
    smaller(picture, (480, 360), 1.0).save(path, quality=40, subsampling="4:2:0")


def panel(drawings: Drawings, path: Path) -> None:
    """A comic panel without its gutters, passed on twice: saved, cut by a few pixels, saved again."""
    cut = drawings.open("comics/pepper_carrot_e17p03.avif").crop((44, 860, 948, 1356))
    once = resaved(smaller(cut, (488, 268), 0.8), 50)
    once.crop((5, 3, 485, 267)).save(path, quality=42, subsampling="4:2:0")


def portrait(drawings: Drawings, path: Path) -> None:
    """A game's portrait with a soft glow on transparent ground, shrunk for the web."""
    drawing = drawings.character("wriggle", "proud")
    height = 320
    drawing.resize((round(drawing.width * height / drawing.height), height), Image.Resampling.BICUBIC).save(
        path
    )


def expressions(drawings: Drawings, path: Path) -> None:
    """A forum's animated picture: 64 dithered colours, each face held for its own time."""
    sunset = drawings.open("comics/pepper_carrot_e22p01.avif").crop((60, 380, 420, 716)).resize((360, 336))
    faces = {"normal": 600, "tsun": 320, "tsun_blush": 480, "dissatisfied": 400, "defeated": 700}
    frames = [
        smaller(over(sunset, drawings.character("kurumi", face), 740, (-130, 6)), (180, 168))
        .quantize(64, dither=Image.Dither.FLOYDSTEINBERG)
        for face in faces
    ]  # fmt: skip
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=list(faces.values()), loop=0)


def broadcast(drawings: Drawings, path: Path) -> None:
    """A still from an old recording: noise, colour that runs sideways, then MPEG-2 at a low rate."""
    cel = drawings.open("cels/renpy_concert1.webp").crop((0, 0, 2040, 1530)).resize((1024, 768))
    luma, blue, red = smaller(cel, (384, 288), 1.2).convert("YCbCr").split()
    bleed = Image.Resampling.BILINEAR
    blue, red = (part.resize((96, 288), bleed).resize((384, 288), bleed) for part in (blue, red))
    noise = np.random.default_rng(7).normal(0, 5, (288, 384))
    luma = Image.fromarray(np.clip(np.asarray(luma) + noise, 0, 255).astype(np.uint8))
    mpeg2(Image.merge("YCbCr", (luma, blue, red)).convert("RGB")).save(path, optimize=True)


def mpeg2(picture: Image.Image) -> Image.Image:
    """The third frame of `picture` held still, as MPEG-2 with coarse quantisation shows it."""
    held = io.BytesIO()
    with av.open(held, "w", "mpegts") as out:
        stream = out.add_stream("mpeg2video", 25, options={"qmin": "10", "qmax": "14", "threads": "1"})
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = *picture.size, "yuv420p", 900_000
        for _ in range(5):
            out.mux(stream.encode(av.VideoFrame.from_image(picture)))
        out.mux(stream.encode(None))
    held.seek(0)
    with av.open(held) as back:
        return [frame.to_image() for frame in back.decode(video=0)][2]


def sketch(drawings: Drawings, path: Path) -> None:
    """A pencil sketch as a one-channel JPEG, small and crushed."""
    drawing = drawings.open("paintings/pcart_2016_05_28_pepper_and_carrot_fixing_the_.webp", "L")
    smaller(drawing.crop((150, 20, 1030, 700)), (400, 309), 0.8).save(path, quality=30)


def train(drawings: Drawings, path: Path) -> None:
    """A dark illustration as an AVIF of low quality: smooth glow, smeared detail, banding."""
    wall = Image.new("RGB", (3840, 1048))
    for left, tile in enumerate(("00", "01")):
        wall.paste(drawings.open(f"cels/hypr_wall2_{tile}.webp"), (1920 * left, 0))
    smaller(wall.crop((1330, 300, 2530, 1048)), (400, 249), 1.0).save(path, quality=28, subsampling="4:2:0")


SAMPLES: dict[str, Callable[[Drawings, Path], None]] = {
    "witch.jpg": witch,
    "panel.jpg": panel,
    "portrait.png": portrait,
    "expressions.gif": expressions,
    "broadcast.png": broadcast,
    "sketch.jpg": sketch,
    "train.avif": train,
    "clip.mkv": clip,
}


def credits_page(taken: dict[str, tuple[str, list[Credit]]]) -> str:
    """CREDITS.md: a section for each sample, with its story and a line for each drawing in it."""
    lines = [
        "# Credits of the samples",
        "",
        "Each sample was made by `benchmarks/samples.py` from the drawings named under it: composed, scaled",
        "down and compressed. A sample stays under the licences of its drawings. The characters of Taisei",
        "Project are fan art of Touhou Project by Team Shanghai Alice. The music of the clip was computed.",
    ]
    for name, (story, used) in taken.items():
        lines += [
            "",
            f"## {name}",
            story,
            "",
            "| drawing | work | author | licence | source |",
            "|---|---|---|---|---|",
        ]
        lines += [f"| {c.file} | {c.work} | {c.author} | {c.licence} | {c.source} |" for c in used]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write every sample and CREDITS.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("drawings", type=Path, help="folder with manifest.csv")
    parser.add_argument("--out", type=Path, default=Path("samples"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    drawings = Drawings(options.drawings)
    taken: dict[str, tuple[str, list[Credit]]] = {}
    for name, make in SAMPLES.items():
        drawings.start()
        make(drawings, options.out / name)
        taken[name] = (make.__doc__ or "", drawings.taken)
        print(f"{name}: {(options.out / name).stat().st_size / 1000:.0f} kB")
    (options.out / "CREDITS.md").write_text(credits_page(taken), encoding="utf-8")


if __name__ == "__main__":
    main()
