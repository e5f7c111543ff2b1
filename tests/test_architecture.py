"""What keeps the house in order: who imports whom, and what start-up must not load."""

import subprocess
import sys

import pytest

HEAVY = ("oci", "pydantic", "jsonschema", "jinja2", "ruamel", "uvicorn", "numpy", "pandas", "sklearn", "sqlite3")
PROGRAM = """
import contextlib, io, sys
from compiler.cli import main
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    main({arguments!r})
print(*sorted(name for name in {heavy!r} if name in sys.modules))
"""


@pytest.mark.parametrize("arguments", [["--help"], ["apply", "--help"], ["explain", "MF102"]], ids=" ".join)
def test_start_up_loads_nothing_heavy(arguments):
    program = PROGRAM.format(arguments=arguments, heavy=HEAVY)
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == ""


def test_importing_the_package_loads_nothing_of_it_until_something_is_asked_for():
    program = "import sys, compiler; print(*sorted(name for name in sys.modules if name.startswith('compiler')))"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.split() == ["compiler", "compiler.version"]


def test_the_public_functions_are_there():
    import compiler

    assert all(callable(getattr(compiler, name)) for name in compiler.__all__ if name != "__version__")
    with pytest.raises(AttributeError, match="no attribute 'compile_all'"):
        _ = compiler.compile_all


def test_an_unchanged_compile_loads_nothing_heavy(wine, manifact):
    assert manifact("compile").code == 0
    heavy = (*HEAVY, "email", "http.client")
    program = PROGRAM.format(arguments=["compile"], heavy=heavy)
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=wine)
    assert result.stdout.strip() == ""
