"""What keeps the house in order: who imports whom, and what start-up must not load."""

import ast
import subprocess
import sys

import pytest

from testing.paths import ROOT

HEAVY = ("oci", "pydantic", "jsonschema", "jinja2", "ruamel", "uvicorn", "numpy", "pandas", "sklearn", "sqlite3")
PROGRAM = """
import contextlib, io, sys
from compiler.cli.main import main
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


def imports(node: ast.AST) -> set[str]:
    """What is imported, in functions as well, but not for type checkers alone."""
    if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
        return set()
    if isinstance(node, ast.ImportFrom) and node.module:
        return {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    own = {alias.name for alias in node.names} if isinstance(node, ast.Import) else set()
    return own.union(*map(imports, ast.iter_child_nodes(node)))


def test_no_two_modules_import_each_other():
    files = {path for path in (ROOT / "compiler").rglob("*.py") if path.name != "__init__.py"}
    by_name = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in files}
    found = {name: imports(ast.parse(path.read_text(encoding="utf-8"))) for name, path in by_name.items()}
    assert len(found) > 300
    both = [(one, two) for one, named in found.items() for two in named & found.keys() if one < two]
    # The functions of a machine's opcodes are about the machine.
    pickles = ("compiler.readers.pickles.machine", "compiler.readers.pickles.opcodes")
    assert [(one, two) for one, two in both if one in found[two]] == [pickles]
