"""The Python API: the README's main job in a few lines, values that show themselves, errors as exceptions."""

from __future__ import annotations

import contextlib
import io
import json
import re
from pathlib import Path

import pytest

from compiler import ApplyError, CompilerError, Project, inspect


def test_the_main_job(wine: Path) -> None:
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        project = Project(wine)
        build = project.compile().builds[0]
        plan = project.plan()
        applied = project.apply(plan)
        answer = project.predict(build.name, wine / "samples" / "input.csv")
        assert project.drift().plan.empty
        assert project.plan().plan.empty
        destroyed = project.destroy(build.name)
    assert answer["prediction"][:3] == ["class_1", "class_1", "class_2"]
    assert applied.complete
    assert destroyed.complete
    assert printed.getvalue() == ""
    assert len(project.status().to_json()["resources"]) == 0


def test_results_show_themselves_as_the_command_line_does(wine: Path, manifact) -> None:
    plan = Project(wine).plan()
    assert str(plan) in manifact("plan").out
    assert plan.to_markdown() == manifact("plan", "--markdown").out
    assert repr(plan) == "<PlanResult for local: 3 to create, 0 to update, 0 to delete>"
    assert plan._repr_html_().startswith("<pre>")


def test_a_plan_that_is_stale_is_refused(wine: Path) -> None:
    project = Project(wine)
    plan = project.plan()
    project.apply()
    with pytest.raises(CompilerError, match="MF740"):
        project.apply(plan)
    project.destroy("wine-cultivar")


def test_wrong_manifests_are_exceptions_with_diagnostics(wine: Path) -> None:
    text = (wine / "model.yaml").read_text()
    (wine / "model.yaml").write_text(text.replace("multinomial_classification", "multinomial"))
    with pytest.raises(CompilerError) as caught:
        Project(wine).compile()
    (problem,) = caught.value.diagnostics
    assert problem.code == "MF102"
    assert problem.where is not None
    assert problem.where.line > 1


def test_a_change_that_fails_is_an_exception_with_its_result(wine: Path) -> None:
    output = wine / "samples" / "output.csv"
    output.write_text(output.read_text().replace("class_1", "class_2"))
    with pytest.raises(ApplyError) as caught:
        Project(wine).apply(verify="never")  # so that the smoke test finds it
    assert caught.value.exit_code == 4
    assert [str(result.status) for result in caught.value.result.outcome.results] == ["done", "done", "failed"]


def test_consent_is_asked_where_a_function_is_given(wine: Path) -> None:
    project, asked = Project(wine), []
    project.apply(ask=lambda question: bool(asked.append(question.text)))  # nothing is destroyed: not asked
    assert asked == []
    with pytest.raises(CompilerError, match="not agreed"):
        project.destroy("wine-cultivar", ask=lambda question: bool(asked.append(question.text)))
    assert asked == ["Carry out 3 changes that cannot be taken back?"]
    project.destroy("wine-cultivar")


def test_a_target_that_confirms_everything_requires_a_function(wine: Path) -> None:
    (wine / "manifact.yaml").write_text(
        "apiVersion: manifact/v1\nkind: Project\nmetadata: {name: cellar}\nmanifests: [model.yaml]\n"
        "targets: {local: {confirm: all}}\n"
    )
    project = Project(wine)
    with pytest.raises(CompilerError, match="confirm: all"):
        project.apply()
    assert project.apply(ask=lambda _: True).complete
    project.destroy("wine-cultivar", ask=lambda _: True)


def test_two_callers_see_their_own_environment_variables(wine: Path) -> None:
    text = (wine / "model.yaml").read_text()
    (wine / "model.yaml").write_text(re.sub(r"(?m)^    description: .*$", '    description: "${var.SEASON}"', text))
    plans = [Project(wine, environ={"MANIFACT_VAR_SEASON": season}).plan() for season in ("spring", "autumn")]
    models = [next(item.model for item in plan.desired) for plan in plans]
    assert [model.body["description"] for model in models] == ["spring", "autumn"]


def test_a_model_file_is_inspected(wine: Path) -> None:
    facts = inspect(wine / "model.joblib")
    assert (facts.framework, facts.algorithm, facts.feature_count) == ("scikit-learn", "RandomForestClassifier", 13)


def test_a_table_is_scored_from_python(wine):
    result = Project(wine).score("model.yaml", wine / "samples" / "input.csv", wine / "answers.jsonl")
    assert (result.outcome.rows, result.outcome.refused, result.exit_code) == (60, 0, 0)
    answers = [json.loads(line)["cultivar"] for line in (wine / "answers.jsonl").read_text().splitlines()]
    assert answers == (wine / "samples" / "output.csv").read_text().split()[1:]
