"""What the README and docs/ show is run: commands as they stand, outputs compared, links followed."""

from __future__ import annotations

import doctest
import inspect
import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from typing import NamedTuple, get_args

import av
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from PIL import Image

from sakuga.engine import reuse
from sakuga.media.blocks import BLOCK
from sakuga.media.codecs import CODECS, CONTAINERS
from sakuga.media.formats import FORMATS
from sakuga.models.catalog import CATALOG

ROOT = Path(__file__).parents[1]
EXAMPLES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
PAGES = [*EXAMPLES, ROOT / "CONTRIBUTING.md"]
INSTALL = re.compile(r"python -m pip install \S+ && ")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
LANGUAGES = {"bash", "console", "python", "text"}
"""bash and python are run, console is run and its output compared, text is only shown."""


class Step(NamedTuple):
    """One thing a reader would do."""

    command: list[str]
    shown: str
    expected: str | None = None


def shell(line: str, expected: str | None = None) -> Step:
    """A line for bash as it stands; .ci/run does the installations, and pytest is running already."""
    return Step(["bash", "-c", INSTALL.sub("", line).removeprefix("pytest")], line, expected)


def steps(page: Path) -> Iterator[Step]:
    for language, text in FENCE.findall(page.read_text(encoding="utf-8")):
        if language == "python":
            yield Step([sys.executable, "-W", "error", "-c", text], text)
        elif language == "bash":
            yield from map(shell, text.splitlines())
        elif language == "console":
            for command, output in re.findall(r"^\$ (.+)\n((?:(?!\$ ).*\n)*)", text, re.MULTILINE):
                yield shell(command, output)


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with the files that the pages speak of, small enough for a network on one core."""
    for folder in ("photos", "anime", "pairs/photo", "pairs/anime"):
        pixels = np.random.default_rng(len(folder)).integers(0, 256, (40, 48, 3), np.uint8)
        (tmp_path / folder).mkdir(parents=True)
        Image.fromarray(pixels).save(tmp_path / folder / "hill.png")
    (tmp_path / "style").mkdir()
    for number in range(5):
        Image.new("RGB", (40, 32), (200, 40 * number, 60)).save(tmp_path / "style" / f"{number}.png")
    for folder in ("samples", "scans", "stills"):
        (tmp_path / folder).mkdir()
    for name in ("picture.png", "samples/witch.jpg", "scans/page-01.jpg", "stills/first.png"):
        pixels = np.random.default_rng(len(name)).integers(0, 256, (12, 16, 3), np.uint8)
        Image.fromarray(pixels).resize((32, 24)).save(tmp_path / name)
    for name in ("results/page-01_4x.png", "originals/page-01.png"):
        (tmp_path / name).parent.mkdir()
        large = Image.open(tmp_path / "scans" / "page-01.jpg").resize((128, 96))
        large.save(tmp_path / name)
    for name in ("episode.mkv", "samples/clip.mkv"):
        film(tmp_path / name)
    for number in range(4):
        (tmp_path / "clips" / "run").mkdir(parents=True, exist_ok=True)
        frame = np.roll(np.random.default_rng(1).integers(0, 256, (32, 48, 3), np.uint8), number, 1)
        Image.fromarray(frame).save(tmp_path / "clips" / "run" / f"{number}.png")
    drawings(tmp_path / "drawings")
    (tmp_path / "recipes").symlink_to(ROOT / "recipes")
    network(tmp_path / "mine.onnx")
    return tmp_path


def drawings(folder: Path) -> None:
    """A background and a figure, with their manifest."""
    folder.mkdir()
    chance, size = np.random.default_rng(3), (160, 96)
    for name, mode in (("meadow.png", "RGB"), ("witch.png", "RGBA")):
        Image.fromarray(chance.integers(0, 230, (6, 10, 4), np.uint8)).convert(mode).resize(size).save(
            folder / name
        )
    rows = ["file,kind,work,split,author,licence,source"]
    rows += ["meadow.png,scene,meadow,train,Ann,CC0-1.0,here", "witch.png,character,witch,train,Bo,MIT,there"]
    (folder / "manifest.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")


def network(path: Path) -> None:
    """A model of one's own: each pixel twice as wide and high."""
    sides = {"x": (1, 3, "h", "w"), "y": (1, 3, "h2", "w2")}
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, sides[name]) for name in sides)
    scales = helper.make_tensor("scales", TensorProto.FLOAT, [4], [1, 1, 2, 2])
    resize = helper.make_node("Resize", ["x", "", "scales"], ["y"], mode="nearest")
    graph = helper.make_graph([resize], "mine", [x], [y], [scales])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), path)


def film(path: Path) -> None:
    with av.open(path, "w") as out:
        stream = out.add_stream("libx264", Fraction(24000, 1001))
        stream.width, stream.height, stream.pix_fmt = 48, 32, "yuv420p"
        for shade in range(0, 200, 50):
            picture = np.full((32, 48, 3), shade, np.uint8)
            picture[8:24, 8:24] = 255 - shade
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture)))
        out.mux(stream.encode(None))


@pytest.mark.parametrize("page", EXAMPLES, ids=lambda page: page.name)
def test_examples_run(page: Path, desk: Path) -> None:
    scripts = sysconfig.get_path("scripts")
    environment = {**os.environ, "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "110"}
    for step in steps(page):
        done = subprocess.run(
            step.command, cwd=desk, env=environment, capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == 0, f"{step.shown}\n{done.stdout}\n{done.stderr}"
        if step.expected:
            same = doctest.OutputChecker().check_output(step.expected, done.stdout, doctest.ELLIPSIS)
            assert same, f"{step.shown}\nshows\n{step.expected}\nprinted\n{done.stdout}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_fences_are_known_and_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert {language for language, _ in FENCE.findall(text)} <= LANGUAGES
    assert text.count("```") == 2 * len(FENCE.findall(text))
    assert not [link for link in LINK.findall(text) if not (page.parent / link).exists()]


def test_continuous_integration_reads_the_install_lines_from_the_readme() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    pattern = re.search(r"grep -E '([^']+)' \"\$root/README.md\"", script)
    assert pattern
    readme = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert [line for line in readme if re.match(pattern[1], line)] == [
        "python -m pip install . && sakuga restore samples --out restored",
        'python -m pip install ".[all,test]" && pytest',
    ]


def test_checks_of_contributors_are_those_of_continuous_integration() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    lines = [
        line for language, text in FENCE.findall(page) if language == "bash" for line in text.splitlines()
    ]
    assert "bash .ci/run" in lines
    assert any("ruff" in line for line in lines)
    assert not [line for line in lines if "ruff" in line and line not in script]


def rows(page: str, heading: str) -> list[list[str]]:
    """The cells of the first table below `heading`, without its head."""
    section = (ROOT / "docs" / page).read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2]
    lines = [line for line in section.partition("\n## ")[0].splitlines() if line.startswith("|")]
    return [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_table_of_flags_is_true() -> None:
    flags = inspect.signature(import_module("sakuga.cli.restore").restore).parameters
    told = {row[0]: row for row in rows("restore.md", "Flags")}
    assert list(told) == [
        f"--{'no-' if flag.default is True else ''}{flag.name.replace('_', '-')}"
        for flag in flags.values()
        if flag.name != "paths"
    ]
    assert told["--out"][-1] == str(flags["out"].default)


def test_flags_of_stylize_are_true() -> None:
    flags = inspect.signature(import_module("sakuga.cli.stylize").stylize).parameters
    told = told_flags("stylize.md", "Flags")
    assert list(told) == [
        f"--{'no-' if flag.default is True else ''}{flag.name.replace('_', '-')}"
        for flag in flags.values()
        if flag.name != "paths"
    ]
    for name in ("out", "model", "strength", "protect", "coherence", "codec", "deinterlace"):
        assert told[f"--{name}"] == str(flags[name].default)
    pooled = import_module("sakuga.engine.runner").POOLED
    text = (ROOT / "docs" / "stylize.md").read_text(encoding="utf-8")
    assert f"{round(pooled**0.5)} x {round(pooled**0.5)} pixels" in text
    assert f"more than {import_module('sakuga.engine.stretches').LONGEST} frames" in text
    assert f"0 to {import_module('sakuga.stylize.treatment').MOST:g}" in text
    assert f"more than {import_module('sakuga.stylize.coherence').ANOTHER:g}:" in text


def test_flags_of_pairs_are_true() -> None:
    cli = import_module("sakuga.cli.pairs")
    flags = inspect.signature(cli.pairs).parameters
    told = told_flags("pairs.md", "Flags")
    wanted = [name for name in flags if name != "sources"]
    assert list(told) == [f"--{name}" for name in wanted]
    plain = {name: str(flags[name].default) for name in wanted if flags[name].default is not None}
    assert {name: told[f"--{name}"] for name in plain} == plain
    selection = import_module("sakuga.pairs.selection")
    assert {name: flags[name].default for name in selection.Selection().told} == selection.Selection().told
    assert get_args(cli.Criterion) == get_args(selection.Criterion)


def test_flags_and_grades_of_inspect_are_true() -> None:
    flags = inspect.signature(import_module("sakuga.cli.inspect").inspect).parameters
    told, measures = (
        [row for row in rows("inspect.md", "Inspect") if bool(re.match(r"--\w", row[0])) is wanted]
        for wanted in (True, False)
    )
    assert [row[0] for row in told] == [f"--{name}" for name in flags if name != "file"]
    grades = import_module("sakuga.cli.findings").GRADES
    shown = {row[0]: (float(row[3]), float(row[4])) for row in measures if row[0] in grades}
    assert shown == grades


def test_flags_of_preview_are_true() -> None:
    flags = inspect.signature(import_module("sakuga.cli.preview").preview).parameters
    told = told_flags("inspect.md", "Preview")
    assert list(told) == [f"--{name}" for name in flags if name != "file"]
    for name in ("frames", "out", "device"):
        assert told[f"--{name}"] == str(flags[name].default)


def told_flags(page: str, heading: str) -> dict[str, str]:
    """Flag -> what holds without it, of the first table below `heading`."""
    return {row[0]: row[-1] for row in rows(page, heading)}


def test_flags_of_the_data_and_training_commands_are_true() -> None:
    for verb, page, heading, given in (
        ("lines", "data.md", "Lines", "images"),
        ("prepare", "data.md", "Prepare", "source"),
        ("degrade", "degrade.md", "Flags", "images"),
        ("train", "train.md", "Flags", "recipe"),
        ("compose", "compose.md", "Flags", "drawings"),
    ):
        flags = inspect.signature(getattr(import_module(f"sakuga.cli.{verb}"), verb)).parameters
        told = told_flags(page, heading)
        assert list(told) == [f"--{name.replace('_', '-')}" for name in flags if name != given]
        plain = {f"--{n}": str(f.default) for n, f in flags.items() if type(f.default) in (int, str)}
        assert {name: told[name] for name in plain} == plain


def test_table_of_effects_is_true() -> None:
    effects = import_module("sakuga.compose.effects")
    styles = import_module("sakuga.compose.styles").STYLES
    told = {row[0]: row[2] for row in rows("compose.md", "Effects")}
    assert list(told) == [*effects.EFFECTS, *effects.EXTRAS]
    for name, kind in effects.EFFECTS.items():
        assert told[name] == ", ".join(style for style in styles if style in kind.often)
    assert {row[0]: row[1] for row in rows("compose.md", "Shots")} == {
        name: f"{style.often:.0%}".replace("%", " %") for name, style in styles.items()
    }


def test_flags_of_ablate_are_true() -> None:
    flags = inspect.signature(import_module("sakuga.cli.ablate").ablate).parameters
    told = told_flags("train.md", "Ablations")
    assert sorted(told) == sorted(f"--{name}" for name in flags if name != "recipes")
    assert (told["--out"], told["--device"]) == (str(flags["out"].default), flags["device"].default)
    tables = sorted(path.stem for path in (ROOT / "recipes" / "ablate").glob("*.toml"))
    assert tables == ["data", "degradation", "losses"]


def test_flags_and_measures_of_rescale_are_true() -> None:
    flags = inspect.signature(import_module("sakuga.cli.rescale").rescale).parameters
    told = told_flags("rescale.md", "Flags")
    assert list(told) == [f"--{name}" for name in flags if name != "clip"]
    plain = {
        f"--{n}": str(f.default) for n, f in flags.items() if f.default not in (None, inspect.Parameter.empty)
    }
    assert {name: told[name] for name in plain} == plain
    factors = import_module("sakuga.train.rescale").FACTORS
    assert told["--factors"] == ",".join(f"{factor:g}" for factor in factors)
    measures = import_module("sakuga.train.ranking").MEASURES
    assert rows("rescale.md", "Choose") == [[name, each.better, each.note] for name, each in measures.items()]


def test_flags_scores_and_selections_of_curate_are_true() -> None:
    cli = import_module("sakuga.cli.curate")
    flags = inspect.signature(cli.curate).parameters
    told = told_flags("curate.md", "Flags")
    assert list(told) == [
        f"--{'no-' if flag.default is True else ''}{flag.name.replace('_', '-')}"
        for flag in flags.values()
        if flag.name != "videos"
    ]
    plain = {
        f"--{n}": str(f.default) for n, f in flags.items() if type(f.default) in (int, str) and f.default
    }
    assert {name: told[name] for name in plain} == plain
    assert [row[0] for row in rows("curate.md", "Scores")] == list(get_args(cli.Score))
    assert [row[0] for row in rows("curate.md", "Selections")] == list(get_args(cli.Selection))


def test_networks_of_our_own_have_a_card_with_their_hashes() -> None:
    catalog = import_module("sakuga.models.catalog").CATALOG
    own = {name: spec.source for name, spec in catalog.items() if getattr(spec.source, "origin", 0) is None}
    assert len(own) == 3
    for name, source in own.items():
        card = (ROOT / "docs" / "cards" / f"{name}.md").read_text(encoding="utf-8")
        assert all(f"| `{file}` | {digest} |" in card for file, digest in source.members.items())
        assert all((ROOT / "recipes" / f"{name}-{stage}.toml").is_file() for stage in (1, 2))


def test_table_of_recipes_is_true() -> None:
    recipes = {path.stem: path for path in sorted((ROOT / "recipes").glob("*.toml"))}
    told = {row[0]: row[1:] for row in rows("train.md", "Recipes")}
    assert list(told) == list(recipes)
    for name, (network, stage, steps, rate) in told.items():
        recipe = tomllib.loads(recipes[name].read_text(encoding="utf-8"))
        assert (recipe["model"]["network"], recipe["schedule"]["steps"]) == (network, int(steps))
        assert recipe["schedule"]["rate"] == float(rate)
        assert ("critic" in recipe["losses"]) == ("critic" in stage)


def test_tables_of_scenes_and_sets_are_true() -> None:
    translation = import_module("sakuga.train.aims").Translation()
    assert {row[0]: row[2] for row in rows("scenes.md", "What counts")} == {
        name: json.dumps(getattr(translation, name)) for name in translation.__dataclass_fields__
    }
    sets = import_module("sakuga.metrics.sets").SETS
    notes = import_module("sakuga.models.overview").OVERVIEWS
    assert rows("evaluate.md", "Sets") == [
        [name, each.better, each.unit, notes[each.seer].note] for name, each in sets.items()
    ]


def test_flags_offer_what_the_tables_hold() -> None:
    cli = import_module("sakuga.cli.restore")
    assert get_args(cli.Codec) == tuple(CODECS)
    assert set(get_args(cli.Format)) <= set(FORMATS)


def test_limits_of_reuse_are_true() -> None:
    text = " ".join((ROOT / "docs" / "engine.md").read_text(encoding="utf-8").split())
    assert f"blocks of {BLOCK}x{BLOCK}" in text
    assert f"more than {reuse.NEW:g} levels" in text
    assert f"a mean square of {reuse.BUDGET:g} levels" in text


def test_table_of_picture_formats_is_true() -> None:
    assert [row[:3] for row in rows("restore.md", "Pictures")] == [
        [each.name, " ".join(each.suffixes), "8, 16" if each.deep else "8"] for each in FORMATS.values()
    ]
    for row, each in zip(rows("restore.md", "Pictures"), FORMATS.values(), strict=True):
        assert (row[3] != "no", row[4] == "yes") == (each.alpha, each.longest > 0)
        assert (row[5] == "lossless") == each.lossless


def test_table_of_codecs_is_true() -> None:
    assert [[name, *rest] for name, _, *rest in rows("restore.md", "Videos")] == [
        [
            name,
            "" if codec.crf is None else f"{codec.crf:g}",
            ", ".join(map(str, sorted({depth for _, depth in codec.formats}))),
            " ".join(sorted(suffix for suffix, muxer in CONTAINERS.items() if codec.codec in muxer.codecs)),
        ]
        for name, codec in CODECS.items()
    ]


def test_table_of_models_is_the_catalog() -> None:
    assert rows("models.md", "Catalog") == [
        [spec.name, spec.network, str(spec.scale), spec.licence, spec.note] for spec in CATALOG.values()
    ]


def test_table_of_networks_without_a_name_is_true() -> None:
    chosen = import_module("sakuga.models.choice").chosen
    ways = ({}, {"fast": True}, {"fast": True, "scale": 2}, {"fast": True, "scale": 4})
    for (_, *told), moving in zip(rows("models.md", "Without a name"), (False, True), strict=True):
        taken = [chosen(moving=moving, **way) for way in ways]
        there = [name if name in CATALOG else taken[n] for n, name in enumerate(told)]
        assert there == taken, "what is told and in the catalog is what is taken"


def test_tables_of_codecs_to_degrade_with_are_true() -> None:
    codecs = import_module("sakuga.degrade.codecs").CODECS
    assert rows("degrade-codecs.md", "Codecs") == [
        [
            name,
            each.unit,
            f"{each.best:g}",
            f"{each.worst:g}",
            "yes" if each.moving else "no",
            ", ".join(each.presets),
        ]
        for name, each in codecs.items()
    ]
    settings = import_module("sakuga.degrade.films").Settings
    assert [row[0] for row in rows("degrade-codecs.md", "Settings")] == list(settings.__dataclass_fields__)


def test_table_of_televisions_faults_is_true() -> None:
    operators = import_module("sakuga.degrade.operators").OPERATORS
    told = {row[0]: row[2].replace("`", "").split() for row in rows("degrade-broadcast.md", "Operators")}
    assert told == {name: list(inspect.signature(operators[name]).parameters)[1:] for name in told}
    pipeline = import_module("sakuga.degrade.pipeline")
    samples = [
        pipeline.draw(pipeline.named("broadcast"), np.random.default_rng(n), (96, 128)) for n in range(200)
    ]
    drawn = {step.operator for sample in samples for step in sample}
    assert drawn == set(told) | {"blur", "resize", "gaussian", "codec", "round"}


def test_table_of_presets_and_their_language_is_true() -> None:
    presets = import_module("sakuga.degrade.presets").PRESETS
    assert rows("degrade.md", "Presets") == [
        [name, each.note, "yes" if each.together else "no", each.source] for name, each in presets.items()
    ]
    language = vars(import_module("sakuga.degrade.preset"))
    known = [name for name, part in language.items() if hasattr(part, "draw") and name not in NO_PARTS]
    assert [name for name, _ in rows("degrade.md", "Presets of your own")] == known
    assert get_args(import_module("sakuga.cli.degrade").Preset) == tuple(presets)


NO_PARTS = {"Part", "Choice", "Distribution"}
"""What the language's module holds beside the parts of presets."""


def test_operators_are_told_with_their_parameters_and_an_example() -> None:
    pipeline = import_module("sakuga.degrade.pipeline")
    page = (ROOT / "docs" / "degrade.md").read_text(encoding="utf-8")
    examples = [text for language, text in FENCE.findall(page) if language == "text"]
    told = [re.search(r'"operator": "(\w+)"', text)[1] for text in examples]  # type: ignore[index]
    others = [row[0] for row in rows("degrade-broadcast.md", "Operators")]
    operators = import_module("sakuga.degrade.operators").OPERATORS
    assert [*told, *others] == list(operators)
    for name, example in zip(told, examples, strict=True):
        parameters = list(inspect.signature(operators[name]).parameters)[1:]
        assert [row[0] for row in rows("degrade.md", name)] == parameters
        clip = np.full((1, 40, 60, 3), 0.5, np.float32)
        assert pipeline.apply(pipeline.from_json(f"[{example}]"), clip).shape[-1] == 3


def test_flags_measures_and_protocols_of_evaluate_are_true() -> None:
    cli = import_module("sakuga.cli.evaluate")
    for verb, heading in (("evaluate", "Flags"), ("compare", "Compare")):
        flags = inspect.signature(getattr(import_module(f"sakuga.cli.{verb}"), verb)).parameters
        told = told_flags("evaluate.md", heading)
        wanted = [name for name, flag in flags.items() if flag.kind is flag.KEYWORD_ONLY]
        assert list(told) == [f"--{name.replace('_', '-')}" for name in wanted]
        plain = {n: str(flags[n].default) for n in wanted if flags[n].default is not None}
        assert {name: told[f"--{name.replace('_', '-')}"] for name in plain} == plain
    metrics = import_module("sakuga.metrics.table").METRICS
    assert [row[:4] for row in rows("evaluate.md", "Measures")] == [
        [name, each.needs, each.better, each.unit] for name, each in metrics.items()
    ]
    protocols = import_module("sakuga.evaluate.protocol").PROTOCOLS
    assert rows("evaluate.md", "Protocols") == [
        [name, each.clips, each.frames, each.mean, each.source] for name, each in protocols.items()
    ]
    assert get_args(cli.ProtocolName) == tuple(protocols)
