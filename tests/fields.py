"""Films made of fields, as DVDs and broadcasts are, from pictures that are known."""

from __future__ import annotations

import numpy as np

import clips

CODECS = {
    "h264": ("-c:v", "libx264", "-x264-params", "{parity}=1", "-crf", "8", "-pix_fmt", "yuv420p"),
    "h264 10 bits": ("-c:v", "libx264", "-x264-params", "{parity}=1", "-crf", "8", "-pix_fmt", "yuv420p10le"),
    "h264 at a low rate": (
        "-c:v",
        "libx264",
        "-x264-params",
        "{parity}=1",
        "-crf",
        "26",
        "-pix_fmt",
        "yuv420p",
    ),
    "mpeg2": ("-c:v", "mpeg2video", "-q:v", "2", "-pix_fmt", "yuv420p"),
}
LUMA = np.array([0.299, 0.587, 0.114])


def woven(top, bottom):
    """Even lines of one picture, odd lines of another."""
    picture = top.copy()
    picture[1::2] = bottom[1::2]
    return picture


def interlaced(moments, parity):
    """Half as many pictures, each woven of two moments."""
    pairs = zip(moments[::2], moments[1::2], strict=True)
    return [woven(early, late) if parity == "tff" else woven(late, early) for early, late in pairs]


def telecined(film, parity="tff"):
    """Five pictures for each four: A, B, B with C, C with D, D."""
    made = []
    for a, b, c, d in zip(film[::4], film[1::4], film[2::4], film[3::4], strict=True):
        mixed = [(b, c), (c, d)] if parity == "tff" else [(c, b), (d, c)]
        made += [a, b, *(woven(top, bottom) for top, bottom in mixed), d]
    return made


def fielded(path, pictures, parity="tff", codec="mpeg2", rate="30000/1001"):
    """Encode woven pictures as interlaced video; chroma is halved within each field, as it must be."""
    options = (option.format(parity=parity) for option in CODECS[codec])
    woven_so = ("-vf", f"scale=interl=1,setfield={parity}", "-flags", "+ildct+ilme")
    return clips.make_clip(path, pictures, rate, (*woven_so, *options))


def luma_psnr(pixels, known):
    """Decibels between RGB pixels of any depth and 8-bit ones, by their luma."""
    levels = pixels / np.iinfo(pixels.dtype).max * 255
    return 10 * np.log10(255**2 / np.mean(((levels - known) @ LUMA) ** 2))
