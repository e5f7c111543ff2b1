"""Environment variables of a deployment: an empty one is a value, and the number of workers is a number."""

from __future__ import annotations

import pytest

from compiler.diagnostics import Report
from compiler.planning.canonical import comparable, config_digest
from compiler.planning.desired.deployment_body import create_deployment_details
from compiler.planning.limits.catalog import check_limits
from compiler.spec.catalog import Catalog
from compiler.spec.deployment import Deployment


def deployment(**variables):
    return Deployment.model_validate({"environmentVariables": variables})


def environment(spec):
    details = create_deployment_details("wine", spec, None)["modelDeploymentConfigurationDetails"]
    return details["environmentConfigurationDetails"]


def test_an_empty_variable_is_sent_and_compared():
    with_it, without = (environment(deployment(**variables)) for variables in ({"AA": "", "BB": "x"}, {"BB": "x"}))
    assert with_it["environmentVariables"] == {"AA": "", "BB": "x"}
    assert comparable(with_it)["environmentVariables"] == {"AA": "", "BB": "x"}
    assert config_digest(with_it) != config_digest(without)
    assert comparable(environment(deployment(AA="")))["environmentVariables"] == {"AA": ""}
    assert comparable({"environmentVariables": {}}) == {}


@pytest.mark.parametrize("value", ["", "0", "two", "-1", "1.5", "1e3", "٣", "12345"])
def test_a_number_of_workers_that_is_none_is_told_at_compile(value):
    report = Report()
    check_limits(Catalog(), deployment(WEB_CONCURRENCY=value), report)
    assert [found.code for found in report.diagnostics] == ["MF703"]


@pytest.mark.parametrize("value", ["1", "16", "${var.WORKERS}"])
def test_numbers_of_workers(value):
    report = Report()
    check_limits(Catalog(), deployment(WEB_CONCURRENCY=value), report)
    assert not report.diagnostics
