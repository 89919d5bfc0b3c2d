"""What old anime went through before it was found again: film, composite video, tape, fields, a DVD, a rip.

Source: none that is published; AnimeSR's issue 8 asks for it. The chain is the history of such a picture, and
each range is what a standard allows or what such material shows:

- Lens and film: soft and grainy, but cels were shot on 16 and 35 mm, so neither hides a line.
- Size: the picture is a part of a standard one, and has up to 1.5 times the lines that come out, as 480 lines
  became 320 or 360 in many a rip. A scanner's spot covers its pixel.
- Halos: sharpeners of film scanners and DVDs work at 1 to 2.5 MHz, so that a halo is 3 to 7 pixels wide.
- Composite: most masters were kept on it. Decoders differ in kind and width, and so do dots and rainbows.
- Tape: VHS lets through 2.4 to 3.2 MHz of luma and 0.3 to 0.6 of colour. Torn last lines and lost oxide are
  rare here, as nothing can be learnt from what is gone.
- Colour beside its drawing: late, so that it lies to the right by up to three pixels, and down by up to one.
- Fields: 3:2 from film is more frequent than video out of step; half of both was made whole again, badly.
- DVD: MPEG-2 at 4 to 8 Mb/s for 720x480, less by area for parts; single pictures take the quantisers that
  such rates come to, 2 to 7.
- A scaler up and down again, as in a player or a station that sent it in another size.
- Rips: MPEG-4 as of DivX and XviD, H.264 or MPEG-2, of fair quality; three in ten were not coded again.

A single picture has no moment after it: its other field is itself, moved by 1 to 3 pixels, as if a camera
went over the drawing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sakuga.degrade.chance import Choice, Uniform, Whole
from sakuga.degrade.operators import Value
from sakuga.degrade.parts import Blur, Codecs, Coding, Noise, Resize, ToResult
from sakuga.degrade.preset import Maybe, OneOf, Op, Part, Place, Preset, Row, Step

DISC = 720 * 480
RATE = Uniform(4000, 8000)
"""kb/s of a whole picture's film."""


@dataclass(frozen=True, slots=True)
class Dvd:
    """MPEG-2 as on a DVD."""

    interlaced: bool

    def draw(self, place: Place) -> Iterator[Step]:
        rate, quality = RATE.draw(place.chance), Whole(2, 7).draw(place.chance)
        told: dict[str, Value] = {"codec": "mpeg2", "quality": quality, "together": True, "gop": 15}
        if place.frames > 1:
            told["rate"] = max(64, round(rate * place.height * place.width / DISC))
        yield Step("codec", told | {"interlaced": self.interlaced})


NOTHING = Row(())
UP = (1, 0, 0)
"""Weights of a resize that always enlarges."""
SHIFTS = Choice([[float(pixels), 0.0] for pixels in (-3, -2, -1, 1, 2, 3)])
FIRST = Choice(("top", "bottom"), (0.8, 0.2))
METHOD = Choice(("blend", "bob", "double"), (0.5, 0.35, 0.15))
SPOT = Choice(("area",))

FILM = Row(
    (
        Blur(Uniform(0.2, 1.2), sinc=0.0),
        Resize(up=Uniform(1, 1.5), down=Uniform(1, 1), weights=UP, of_result=True, modes=SPOT),
        Maybe(0.5, Noise(Uniform(1, 6), grey=0.8)),
    )
)
HALO = Op(
    "halo",
    {
        "band": Uniform(3.5, 5.5),
        "width": Uniform(1, 2.5),
        "strength": Uniform(0.1, 0.6),
        "upright": Choice((False, True), (0.6, 0.4)),
    },
)
COMPOSITE = Op(
    "composite",
    {"decoder": Choice(("notch", "comb")), "width": Uniform(0.5, 1.3), "phase": Whole(0, 1)},
)
BROADCAST_BAND = Op("band", {"luma": Uniform(3.5, 5), "chroma": Uniform(0.5, 1.3)})
TAPE = Row(
    (
        Op("band", {"luma": Uniform(2.4, 3.2), "chroma": Uniform(0.3, 0.6)}),
        Op("jitter", {"size": Uniform(0, 0.25), "drift": Uniform(0, 0.5)}, seeded=True),
        Op("streaks", {"luma": Uniform(0.5, 4), "chroma": Uniform(1, 6)}, seeded=True),
        Maybe(0.15, Op("switching", {"lines": Whole(3, 8), "size": Uniform(5, 30)}, seeded=True)),
        Maybe(0.3, Op("dropouts", {"often": Uniform(0.2, 3), "length": Uniform(5, 40)}, seeded=True)),
    )
)
BLEED = Op("bleed", {"band": Uniform(0.4, 1.5), "right": Uniform(-1.5, 3), "down": Uniform(-1, 1)})
ANALOGUE = Row(
    (
        Maybe(0.4, HALO),
        OneOf(((0.5, COMPOSITE), (0.2, BROADCAST_BAND), (0.3, NOTHING))),
        Maybe(0.25, TAPE),
        Maybe(0.3, BLEED),
    )
)
WOVEN = OneOf(
    (
        (0.7, Op("telecined", {"phase": Whole(0, 3), "late": Choice((True, False)), "shift": SHIFTS})),
        (0.3, Op("interlaced", {"first": FIRST, "shift": SHIFTS})),
    )
)
UNWOVEN = OneOf(
    (
        (0.5, NOTHING),
        (0.5, Op("deinterlaced", {"method": METHOD, "first": FIRST})),
    )
)
RIP = Codecs(
    (
        Coding("mpeg4", 0.4, Whole(2, 8)),
        Coding("h264", 0.45, Whole(18, 28)),
        Coding("mpeg2", 0.15, Whole(2, 8)),
    ),
    together=True,
)


def _through(interlaced: bool) -> Part:
    return Row((ANALOGUE, Maybe(0.7, Dvd(interlaced))))


BROADCAST = Preset(
    name="broadcast",
    part=Row(
        (
            FILM,
            OneOf(((0.5, _through(False)), (0.5, Row((WOVEN, _through(True), UNWOVEN))))),
            Maybe(0.3, Resize(up=Uniform(1.3, 2.25), down=Uniform(1, 1), weights=UP)),
            ToResult(),
            Op("round"),
            Maybe(0.7, RIP),
        )
    ),
    note="Film, composite video, tape, fields, DVD and rip: what old television anime went through.",
    source="none published; asked for in AnimeSR's issue 8",
    together=True,
)
