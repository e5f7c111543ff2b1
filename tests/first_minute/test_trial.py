"""The kinds of model that people bring: from file and sample to a prediction, or one message whose advice works.

Each folder of tests/data/trial trains one: `train.py` writes a file or folder `model…` and a sample `data…`. Where
`init` refuses it, the folder also holds what following the advice takes.
"""

import json
import re
import shlex
import shutil
import subprocess
import sys

import pytest

from testing import unmanaged
from testing.paths import TESTS, child_environment

TRIAL = TESTS / "data" / "trial"
REFUSED = {"lambda": "MF212", "main-class": "MF212", "statsmodels": "MF209", "time-series": "MF207"}
BROUGHT = {
    "category-encoders": "category_encoders",
    "imblearn": "imblearn",
    "statsmodels": "statsmodels",
    "time-series": "statsmodels",
}
"""Libraries of a case that no other test needs."""
SERVED = sorted({path.name for path in TRIAL.iterdir()} - REFUSED.keys())


def train(folder, script="train.py"):
    environment = {**child_environment(), "TF_CPP_MIN_LOG_LEVEL": "3"}
    ran = subprocess.run(
        [sys.executable, script], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr


@pytest.fixture
def case(request, tmp_path, monkeypatch):
    """A trained model (the working directory); what it deploys is ended afterwards."""
    pytest.importorskip(BROUGHT.get(request.param, "sklearn"), reason="part of the extra `test`")
    folder = tmp_path / request.param
    shutil.copytree(TRIAL / request.param, folder)
    train(folder)
    monkeypatch.chdir(folder)
    yield folder
    unmanaged.remove(folder)


def named(folder, stem):
    return next(path.name for path in folder.iterdir() if path.stem == stem and path.suffix != ".yaml")


def advised(shown):
    """The words after `next:`."""
    return shlex.split(re.findall(r"next: manifact (.+)", shown)[-1])


def init(folder, manifact, *flags):
    return manifact("init", named(folder, "model"), "--input", named(folder, "data"), *flags)


def live_prediction(manifact):
    """The answer of the deployment, by the commands that are printed."""
    applied = manifact("apply")
    assert applied.code == 0, applied.err
    answered = manifact(*advised(applied.out))
    assert answered.code == 0, answered.err
    return json.loads(answered.out)["prediction"]


@pytest.mark.slow
@pytest.mark.parametrize("case", SERVED, indirect=True)
def test_from_file_to_prediction(case, manifact):
    made = init(case, manifact)
    assert (made.code, advised(made.out)) == (0, ["compile", "."]), made.err
    assert live_prediction(manifact)


def refused(case, manifact):
    """What `init` says: one problem with a hint."""
    made = init(case, manifact, "--json")
    problems = json.loads(made.out)["diagnostics"]
    assert (made.code, [problem["code"] for problem in problems]) == (1, [REFUSED[case.name]])
    return problems[0]["hint"]


def add(case, line, before="  # A cloud target"):
    """A line in the manifest, as the message shows it."""
    text = (case / "model.yaml").read_text()
    (case / "model.yaml").write_text(text.replace(before, f"{line}\n{before}", 1))


def allow(case, hint, manifact):
    """What a hint says may be allowed is allowed, and then the manifest is right."""
    add(case, f"    {re.search(r'spec.model.(allow: .*])', hint)[1]}")
    validated = manifact("validate", ".")
    assert (validated.code, advised(validated.out)) == (0, ["compile", "."]), validated.err


@pytest.mark.slow
@pytest.mark.parametrize("case", ["statsmodels"], indirect=True)
def test_what_is_no_estimator_gets_a_score_of_its_own(case, manifact):
    command = re.findall(r"`manifact ([^`]+)`", refused(case, manifact))[-1]
    made = manifact(*shlex.split(command), "--input", named(case, "data"), "--json")
    if made.code:
        allow(case, json.loads(made.out)["diagnostics"][0]["hint"], manifact)
    assert live_prediction(manifact) == pytest.approx([1, 4, 7, 10, 13, 16, 19, 22, 25, 28])


@pytest.mark.slow
@pytest.mark.parametrize("case", ["time-series"], indirect=True)
def test_a_model_that_takes_no_rows_is_told_after_it_was_asked(case, manifact):
    allow(case, refused(case, manifact), manifact)
    failed = manifact("verify")
    assert (failed.code, "MF602" in failed.err, "'spec.score.file'" in failed.err) == (4, True, True)
    add(case, "  score: {file: score.py}")
    assert live_prediction(manifact) == pytest.approx([25, 27], rel=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("case", ["main-class"], indirect=True)
def test_a_class_of_the_session_in_a_module(case, manifact):
    assert refused(case, manifact).startswith("move it into a module")
    train(case, "mended.py")
    made = init(case, manifact, "--force")
    assert made.code == 0, made.err
    assert live_prediction(manifact) == pytest.approx([1, 2, 3])


@pytest.mark.slow
@pytest.mark.parametrize("case", ["lambda"], indirect=True)
def test_code_by_value_is_allowed_by_its_maker(case, manifact):
    allow(case, refused(case, manifact), manifact)
    assert live_prediction(manifact) == pytest.approx([1, 2, 3])
