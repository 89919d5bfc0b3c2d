"""Presets: what they draw how often, held against what was published; draws only, no pixels."""

from collections import Counter
from functools import cache
from math import pi, sqrt

import pytest

from sakuga.degrade.clip import stream
from sakuga.degrade.pipeline import draw, takes_learned
from sakuga.degrade.presets import PRESETS

DRAWS = 10_000
SIZE = (720, 1280)


@cache
def drawn(name, scale=4, of=DRAWS):
    """Samples of a preset."""
    return [draw(PRESETS[name], stream(7, index), SIZE, scale=scale, frames=2) for index in range(of)]


def frequent(count, probability, of=DRAWS):
    """Whether a count lies within five deviations of what it should be."""
    return abs(count - of * probability) <= 5 * sqrt(of * probability * (1 - probability)) + 1e-9


def shared(values, wanted):
    """Whether values are those that are wanted, each as often as it should be."""
    counts = Counter(values)
    assert set(counts) == set(wanted), counts
    wrong = {
        value: counts[value]
        for value, share in wanted.items()
        if not frequent(counts[value], share, len(values))
    }
    assert not wrong, (wrong, len(values))
    return True


def within(values, low, high):
    """Whether values fill a range and leave it nowhere."""
    margin = (high - low) / 50
    return low <= min(values) < low + margin and high - margin < max(values) <= high


def steps(samples, *operators):
    return [step.parameters for sample in samples for step in sample if step.operator in operators]


def nth(samples, position, *operators):
    """Parameters of the step in that position among those of some operators, where there is one."""
    rows = ([s.parameters for s in sample if s.operator in operators] for sample in samples)
    return [row[position] for row in rows if len(row) > position]


def kind(blur):
    return "sinc" if blur["kind"] == "sinc" else (blur["kind"], "rotation" in blur)


def noise(step):
    """Name and whether it is grey."""
    name = "tied" if "mix" in step.parameters else step.operator
    return name, step.parameters["grey"] in (True, [True])


def noises(samples, position):
    rows = ([s for s in sample if s.operator in ("gaussian", "poisson")] for sample in samples)
    return [noise(row[position]) for row in rows]


SIZES = dict.fromkeys(range(7, 22, 2), 1 / 8)
FAMILIES = {
    ("gaussian", False): 0.45,
    ("gaussian", True): 0.25,
    ("generalized", False): 0.12,
    ("generalized", True): 0.03,
    ("plateau", False): 0.12,
    ("plateau", True): 0.03,
}
KERNELS = {"sinc": 0.1} | {family: 0.9 * share for family, share in FAMILIES.items()}
NOISES = {("gaussian", False): 0.3, ("gaussian", True): 0.2, ("poisson", False): 0.3, ("poisson", True): 0.2}
MODES = dict.fromkeys(("area", "bilinear", "bicubic"), 1 / 3)


def first_kernels(samples):
    blurs = nth(samples, 0, "blur")
    assert shared([blur["size"] for blur in blurs], SIZES)
    assert shared([kind(blur) for blur in blurs], KERNELS)
    for high in (True, False):
        cutoffs = [b["cutoff"] for b in blurs if b["kind"] == "sinc" and (b["size"] >= 13) is high]
        assert within(cutoffs, pi / 5 if high else pi / 3, pi)
    bells = [blur for blur in blurs if blur["kind"] != "sinc"]
    assert within([blur["sigma_x"] for blur in bells], 0.2, 3)
    assert within([blur["sigma_y"] for blur in bells], 0.2, 3)
    assert all((blur["sigma_x"] == blur["sigma_y"]) == ("rotation" not in blur) for blur in bells)
    assert within([blur["rotation"] for blur in bells if "rotation" in blur], -pi, pi)
    betas = {name: [b["beta"] for b in bells if b["kind"] == name] for name in ("generalized", "plateau")}
    assert within(betas["generalized"], 0.5, 4)
    assert frequent(sum(beta < 1 for beta in betas["generalized"]), 0.5, len(betas["generalized"]))
    assert within(betas["plateau"], 1, 2)
    assert frequent(betas["plateau"].count(1), 0.5, len(betas["plateau"]))
    return True


def both_noises(samples):
    assert shared(noises(samples, 0), NOISES)
    assert shared(noises(samples, 1), NOISES)
    for position, sigma, scale in ((0, 30, 3), (1, 25, 2.5)):
        found = nth(samples, position, "gaussian", "poisson")
        assert within([told["sigma"][0] for told in found if "sigma" in told], 1, sigma)
        assert within([told["scale"] for told in found if "scale" in told], 0.05, scale)
    return True


class TestApisr:
    samples = property(lambda self: drawn("apisr"))

    def test_codecs(self):
        first = {"jpeg": 0.4, "webp": 0.6}
        second = {
            "jpeg": 0.06,
            "webp": 0.1,
            "avif": 0.1,
            "mpeg2": 0.12,
            "mpeg4": 0.12,
            "h264": 0.3,
            "h265": 0.2,
        }
        for position, wanted in ((0, first), (1, second)):
            assert shared([told["codec"] for told in nth(self.samples, position, "codec")], wanted)
        assert all(len([s for s in sample if s.operator == "codec"]) == 2 for sample in self.samples)

    def test_qualities_reach_from_end_to_end(self):
        ends = {"jpeg": (20, 95), "webp": (20, 95), "avif": (20, 95), "mpeg2": (8, 31), "mpeg4": (8, 31)}
        for name, wanted in (ends | {"h264": (23, 38), "h265": (28, 42)}).items():
            seen = {told["quality"] for told in steps(self.samples, "codec") if told["codec"] == name}
            assert seen == set(range(wanted[0], wanted[1] + 1))

    def test_speeds(self):
        told = [told["preset"] for told in steps(self.samples, "codec") if "preset" in told]
        assert shared(told, {"slow": 0.05, "medium": 0.35, "fast": 0.3, "faster": 0.2, "superfast": 0.1})
        efforts = [told["effort"] for told in steps(self.samples, "codec") if "effort" in told]
        assert shared(efforts, dict.fromkeys(range(7), 1 / 7))

    def test_resizes_stand_in_three_places_as_often_and_never_after_a_codec(self):
        places = {0: [], 1: []}
        for sample in self.samples:
            names = [step.operator for step in sample]
            halves = names[: names.index("codec")], names[names.index("codec") + 1 : -3]
            for half, part in enumerate(halves):
                assert part.count("resize") == 1
                before = part[: part.index("resize")]
                noisy = "gaussian" in before or "poisson" in before
                # Without its blur the second half cannot tell its first place from its second.
                if half == 0 or "blur" in part:
                    places[half].append(2 if noisy else int("blur" in before))
            assert names[-3:] == ["resize", "round", "codec"]
        for half in places.values():
            assert shared(half, dict.fromkeys(range(3), 1 / 3))

    def test_second_resize_belongs_to_scale_4(self):
        samples = drawn("apisr", scale=2, of=200)
        assert {len([s for s in sample if s.operator == "resize"]) for sample in samples} == {2}
        assert {(told["height"], told["width"]) for told in nth(samples, 1, "resize")} == {(360, 640)}

    def test_kernels(self):
        assert first_kernels(self.samples)

    def test_second_blur_and_noise(self):
        twice = nth(self.samples, 1, "blur")
        assert frequent(len(twice), 0.8)
        assert shared([kind(blur) for blur in twice], KERNELS)
        assert shared([blur["size"] for blur in twice], SIZES)
        assert within([blur["sigma_x"] for blur in twice if "sigma_x" in blur], 0.2, 1.5)
        assert both_noises(self.samples)

    def test_resizes(self):
        first, second, last = (nth(self.samples, position, "resize") for position in range(3))
        factors = [told["factor"] for told in first]
        assert within(factors, 0.1, 1.2)
        assert shared([(f > 1) - (f < 1) for f in factors], {1: 0.2, -1: 0.7, 0: 0.1})
        assert all(told["height"] == int(720 * told["factor"]) for told in first)
        sizes = [told["height"] for told in second]
        assert within(sizes, int(180 * 0.15), int(180 * 1.2))
        # One factor in 0.85 * 180 that enlarges or reduces gives the same whole size.
        assert frequent(sum(size > 180 for size in sizes), 0.2 * 35 / 36)
        assert {(told["height"], told["width"]) for told in last} == {(180, 320)}
        for each in (first, second, last):
            assert shared([told["mode"] for told in each], MODES)
        assert not any("factor" in told for told in (*second, *last))


class TestOrdered:
    samples = property(lambda self: drawn("apisr-ordered", of=2000))

    def test_resizes_stand_in_one_place(self):
        for sample in self.samples:
            names = ["noise" if s.operator in ("gaussian", "poisson") else s.operator for s in sample]
            names = [name for position, name in enumerate(names) if position != 4 or name != "blur"]
            assert names == [
                *("blur", "resize", "noise", "codec"),
                *("resize", "noise", "resize", "round", "codec"),
            ]

    def test_all_else_is_as_in_apisr(self):
        for position, wanted in ((0, {"jpeg": 0.4, "webp": 0.6}), (1, {"jpeg": 0.06, "h265": 0.2})):
            found = Counter(told["codec"] for told in nth(self.samples, position, "codec"))
            assert all(frequent(found[name], share, 2000) for name, share in wanted.items())
        assert within([told["factor"] for told in nth(self.samples, 0, "resize")], 0.1, 1.2)
        assert frequent(len(nth(self.samples, 1, "blur")), 0.8, 2000)


class TestHighOrder:
    samples = property(lambda self: drawn("high-order"))

    def test_order(self):
        for sample in self.samples[:1000]:
            names = ["noise" if s.operator in ("gaussian", "poisson") else s.operator for s in sample]
            assert names[:4] == ["blur", "resize", "noise", "codec"]
            rest = names[4:]
            assert rest[:3] == ["blur", "resize", "noise"] or rest[:2] == ["resize", "noise"]
            assert rest[-1] == "round"

    def test_kernels_and_noise(self):
        assert first_kernels(self.samples)
        assert both_noises(self.samples)

    def test_second_blur(self):
        seconds = [s for sample in self.samples for s in sample[4:5] if s.operator == "blur"]
        assert frequent(len(seconds), 0.8)
        assert shared([kind(step.parameters) for step in seconds], KERNELS)

    def test_resizes(self):
        first, second = (nth(self.samples, position, "resize") for position in range(2))
        factors = [told["factor"] for told in first]
        assert within(factors, 0.15, 1.5)
        assert shared([(f > 1) - (f < 1) for f in factors], {1: 0.2, -1: 0.7, 0: 0.1})
        sizes = [told["height"] for told in second]
        assert within(sizes, int(180 * 0.3), int(180 * 1.2))
        assert frequent(sum(size > 180 for size in sizes), 0.3 * 35 / 36)
        assert frequent(sum(size < 180 for size in sizes), 0.4)

    def test_last_sinc_and_jpeg_stand_in_either_order(self):
        tails = [sample[-4:-1] for sample in self.samples]
        assert frequent(sum(tail[-1].operator == "codec" for tail in tails), 0.5)
        sincs = [s.parameters for tail in tails for s in tail if s.parameters.get("kind") == "sinc"]
        assert frequent(len(sincs), 0.8)
        assert shared([told["size"] for told in sincs], SIZES)
        assert within([told["cutoff"] for told in sincs], pi / 3, pi)
        assert {told["codec"] for told in steps(self.samples, "codec")} == {"jpeg"}
        assert {told["quality"] for told in steps(self.samples, "codec")} == set(range(30, 96))
        assert all([s.operator for s in sample].count("codec") == 2 for sample in self.samples)


@cache
def halved():
    """Samples of random-order that begin with half the size, without that, and the others."""
    first, rest = [], []
    for sample in drawn("random-order"):
        begun = sample[0].operator == "resize" and "factor" in sample[0].parameters
        (first if begun else rest).append(sample[1:] if begun else sample)
    return first, rest


class TestRandomOrder:
    def test_a_quarter_is_halved_first(self):
        assert frequent(len(halved()[0]), 0.25)

    def test_any_order(self):
        rows = [[self.part(step) for step in sample] for sample in halved()[1]]
        of = len(rows)
        for first, second in (
            ("round", "oblong"),
            ("round", "noise"),
            ("noise", "resize"),
            ("oblong", "resize"),
        ):
            assert frequent(sum(row.index(first) < row.index(second) for row in rows), 0.5, of), (
                first,
                second,
            )
        coded = [row for row in rows if row.count("codec") == 2]
        assert frequent(len(coded), 0.75, of)
        assert frequent(sum(row.index("codec") < row.index("noise") for row in coded), 0.5, len(coded))
        assert all(row[-2:] == ["codec", "end"] for row in rows)

    @staticmethod
    def part(step):
        if step.operator == "blur":
            return (
                "oblong"
                if "rotation" in step.parameters
                else "resize"
                if "shift" in step.parameters
                else "round"
            )
        return {"gaussian": "noise", "round": "end"}.get(step.operator, step.operator)

    def test_kernels(self):
        for samples, scale, widest, longest in ((halved()[0], 2, 2.4, 6), (halved()[1], 4, 2.8, 8)):
            blurs = [told for told in steps(samples, "blur") if "shift" not in told]
            assert len(blurs) == 2 * len(samples)
            assert shared([blur["size"] for blur in blurs], SIZES)
            assert within([b["sigma_x"] for b in blurs if "rotation" not in b], 0.1, widest)
            assert within([b["sigma_y"] ** 2 for b in blurs if "rotation" in b], 0.5, longest)
            before = [told for told in steps(samples, "blur") if "shift" in told]
            assert frequent(len(before), 0.25, len(samples))
            assert {(told["shift"], told["size"]) for told in before} == {((scale - 1) / 2, 21)}
            assert within([told["sigma_x"] for told in before], 0.1, 0.6 * scale)

    def test_reductions(self):
        for samples, scale in zip(halved(), (2, 4), strict=True):
            rows = [[s.parameters for s in sample if s.operator == "resize"] for sample in samples]
            assert {(row[-1]["height"], row[-1]["width"]) for row in rows} == {(180, 320)}
            assert shared([len(row) for row in rows], {1: 0.75, 2: 0.25})
            assert within([row[0]["height"] for row in rows if len(row) == 2], 90, 180 * scale)
            modes = [row[0]["mode"] for row in rows if len(row) == 1]
            assert shared(modes, dict.fromkeys(("nearest", "bilinear", "bicubic"), 1 / 3))

    def test_noise_and_jpeg(self):
        samples = halved()[1]
        assert shared(
            noises(samples, 0), {("gaussian", False): 0.4, ("gaussian", True): 0.4, ("tied", False): 0.2}
        )
        told = steps(samples, "gaussian")
        assert {each["sigma"][0] for each in told if "mix" not in each} == set(range(1, 26))
        assert {each["sigma"][0] for each in told if "mix" in each} == {25}
        assert {each["quality"] for each in steps(samples, "codec")} == set(range(30, 96))

    def test_other_scales_have_numbers_of_their_own(self):
        samples = drawn("random-order", scale=2, of=2000)
        blurs = [told for told in steps(samples, "blur") if "shift" not in told]
        assert within([b["sigma_x"] for b in blurs if "rotation" not in b], 0.1, 2.4)
        assert {told["factor"] for told in steps(samples, "resize") if "factor" in told} == set()


class TestAnimesr:
    def test_blurs_reduces_and_encodes_a_clip(self):
        samples = drawn("animesr")
        wanted = ["blur", "gaussian", "resize", "cut", "codec"]
        assert all([s.operator for s in sample] == wanted for sample in samples)
        blurs, noisy, resizes, _, codecs = (
            [s.parameters for s in column] for column in zip(*samples, strict=True)
        )
        assert {blur["size"] for blur in blurs} == {21}
        assert shared([kind(b) for b in blurs], {("gaussian", False): 0.7, ("gaussian", True): 0.3})
        assert within([blur["sigma_x"] for blur in blurs], 0.2, 4)
        assert within([blur["sigma_y"] for blur in blurs if "rotation" in blur], 0.8, 3)
        assert shared([flag for told in noisy for flag in told["grey"]], {True: 0.5, False: 0.5})
        assert within([sigma for told in noisy for sigma in told["sigma"]], 0, 10)
        assert all(len(told["sigma"]) == 2 and not told["shared"] for told in noisy)
        assert shared([told["mode"] for told in resizes], {"area": 0.3, "bilinear": 0.3, "bicubic": 0.4})
        assert shared([told["profile"] for told in codecs], {"baseline": 0.1, "main": 0.2, "high": 0.7})
        assert within([told["quality"] for told in codecs], 18, 35)
        assert all(told["codec"] == "h264" and told["together"] for told in codecs)

    @pytest.mark.parametrize("scale", [2, 4])
    def test_learned_operators_take_the_place_of_halvings(self, scale):
        samples = [
            draw(PRESETS["animesr"], stream(3, index), SIZE, scale=scale, frames=2, learned=3)
            for index in range(4000)
        ]
        counts = [sum(s.operator == "learned" for s in sample) for sample in samples]
        assert shared(counts, {0: 0.25, 1: 0.5, 2: 0.25} if scale == 4 else {0: 0.5, 1: 0.5})
        chosen = [{s.parameters["index"] for s in sample if s.operator == "learned"} for sample in samples]
        assert max(map(len, chosen)) == 1
        assert shared([next(iter(each)) for each in chosen if each], dict.fromkeys(range(3), 1 / 3))
        plain = steps(samples, "resize")
        assert shared([told["mode"] for told in plain], MODES)
        assert {told["height"] for told in plain} == {360, 180} if scale == 4 else {360}
        assert all(told["shared"] for told in steps(samples, "gaussian"))


class TestWeb:
    def test_nine_in_ten_are_compressed_once_and_last_and_none_has_noise(self):
        samples = drawn("web")
        codecs = steps(samples, "codec")
        assert frequent(len(codecs), 0.9)
        assert all(told["together"] for told in codecs)
        shares = {"jpeg": 0.4, "webp": 0.15, "avif": 0.05, "h264": 0.3, "h265": 0.1}
        assert shared([told["codec"] for told in codecs], shares)
        assert all(s.operator != "codec" for sample in samples for s in sample[:-1])
        assert not steps(samples, "gaussian", "poisson")

    def test_resizes_end_at_the_size_that_comes_out(self):
        resizes = [[s.parameters for s in sample if s.operator == "resize"] for sample in drawn("web")]
        assert frequent(sum(len(row) == 2 for row in resizes), 0.3)
        assert {(row[-1]["height"], row[-1]["width"]) for row in resizes} == {(180, 320)}
        firsts = [row[0]["height"] / 180 for row in resizes if len(row) == 2]
        assert 0.69 < min(firsts) < 0.72
        assert 1.48 < max(firsts) <= 1.5


class TestMixed:
    @pytest.mark.parametrize("learned", [0, 3])
    def test_each_sample_is_one_of_its_parts_by_weight(self, learned):
        """What is drawn after the choice is, draw for draw, what the part itself would draw."""
        names, of = ("apisr", "broadcast", "animesr", "web"), 1500
        chosen = []
        for index in range(of):
            chance = stream(5, index)
            sample = draw(PRESETS["mixed"], chance, SIZE, frames=3, learned=learned)
            options = []
            for name in names:
                own = stream(5, index)
                own.random()
                options.append(draw(PRESETS[name], own, SIZE, frames=3, learned=learned))
            assert options.count(sample) == 1
            chosen.append(names[options.index(sample)])
        assert shared(chosen, {"apisr": 0.2, "broadcast": 0.15, "animesr": 0.15, "web": 0.5})

    def test_only_animesr_takes_learned_operators(self):
        samples = [draw(PRESETS["mixed"], stream(6, i), SIZE, frames=3, learned=2) for i in range(2000)]
        learning = [sample for sample in samples if any(s.operator == "learned" for s in sample)]
        assert frequent(len(learning), 0.15 * 0.75, len(samples))
        assert all("cut" in {s.operator for s in sample} for sample in learning)
        assert takes_learned(PRESETS["mixed"], 4)
        assert takes_learned(PRESETS["mixed"], 2)


def test_no_two_samples_share_a_stream():
    firsts = {stream(seed, index).bytes(16) for seed in range(20) for index in range(500)}
    assert len(firsts) == 10_000
