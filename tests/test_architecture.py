"""What keeps the house in order: who imports whom, and what start-up must not load."""

import ast
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from testing.paths import ROOT, child_environment
from testing.some import some

COMPILER = ROOT / "compiler"

HEAVY = ("oci", "pydantic", "jsonschema", "jinja2", "ruamel", "uvicorn", "numpy", "pandas", "sklearn", "sqlite3")
PROGRAM = """
import contextlib, io, sys
from compiler.cli.main import main
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    main({arguments!r})
print(*sorted(name for name in {heavy!r} if name in sys.modules))
"""


def output_of(program: str, folder: Path = ROOT) -> str:
    """What a Python program prints that imports the checkout in which these tests stand, whichever one is installed."""
    command = [sys.executable, "-c", program]
    options = {"env": child_environment(), "cwd": folder, "text": True}
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, **options).stdout


def test_the_checkout_is_looked_at_and_no_other():
    assert output_of("import compiler; print(compiler.__file__)") == f"{COMPILER / '__init__.py'}\n"


@pytest.mark.parametrize("arguments", [["--help"], ["apply", "--help"], ["explain", "MF102"]], ids=" ".join)
def test_start_up_loads_nothing_heavy(arguments):
    program = PROGRAM.format(arguments=arguments, heavy=HEAVY)
    output = output_of(program)
    assert output.strip() == ""


def test_importing_the_package_loads_nothing_of_it_until_something_is_asked_for():
    program = "import sys, compiler; print(*sorted(name for name in sys.modules if name.startswith('compiler')))"
    output = output_of(program)
    assert output.split() == ["compiler", "compiler.version"]


def test_the_public_functions_are_there():
    import compiler

    assert all(callable(getattr(compiler, name)) for name in some(compiler.__all__) if name != "__version__")
    with pytest.raises(AttributeError, match="no attribute 'compile_all'"):
        _ = compiler.compile_all


def test_an_unchanged_compile_loads_nothing_heavy(wine, manifact):
    assert manifact("compile").code == 0
    heavy = (*HEAVY, "email", "http.client")
    program = PROGRAM.format(arguments=["compile"], heavy=heavy)
    output = output_of(program, wine)
    assert output.strip() == ""


def imports(node: ast.AST) -> set[str]:
    """What is imported, in functions as well, but not for type checkers alone."""
    if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
        return set()
    if isinstance(node, ast.ImportFrom) and node.module:
        return {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    own = {alias.name for alias in node.names} if isinstance(node, ast.Import) else set()
    return own.union(*map(imports, ast.iter_child_nodes(node)))


def test_no_modules_import_each_other_in_a_circle():
    """Over all folders; packages count as the files that their `__init__` imports from."""
    files = {path for path in COMPILER.rglob("*.py") if path.name != "__init__.py"}
    by_name = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in files}
    found = {name: imports(ast.parse(path.read_text(encoding="utf-8"))) for name, path in by_name.items()}
    assert len(found) > 300
    graph = {name: named & found.keys() for name, named in found.items()}
    # The functions of a machine's opcodes are about the machine.
    graph["compiler.readers.pickles.machine"].remove("compiler.readers.pickles.opcodes")
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


def folders() -> list[Path]:
    return sorted(path.parent for path in COMPILER.rglob("__init__.py"))


@pytest.mark.parametrize("folder", folders(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_folder_is_one_thing_of_a_size_to_look_through(folder):
    docstring = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))) or ""
    sentence, *_ = docstring.splitlines() or [""]
    assert re.fullmatch(r"[^\s].*[.]", sentence), "the docstring begins with a sentence on a line of its own"
    assert not re.search(r"[.!?] [A-Z]", sentence), "one sentence"
    assert "and" not in re.findall(r"\w+", sentence), "one thing"
    names = [path.name for path in folder.glob("*.py")]
    assert len(names) <= 18 or "more than 18 files" in docstring, "a folder that large says why"
