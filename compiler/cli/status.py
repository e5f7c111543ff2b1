import argparse
from compiler.cli.console import Console
from compiler.codes import ExitCode
SUMMARY = "x"


def configure(parser: argparse.ArgumentParser) -> None:
    pass


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    return ExitCode.OK
