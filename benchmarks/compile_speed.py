"""Start-up, compile and predict of one small model, against Oracle ADS's import and `prepare()` of the same model.

    python benchmarks/compile_speed.py

Exits with 1 when a budget is missed. ADS gets an environment of its own (see `peers.py`), and `ignore_conda_error`: its
own check of the conda environment asks a bucket, for a minute and a half where none answers.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from measure import Figures, measure, python, ratio
from peers import environments, python_of

EXAMPLE = Path(__file__).parent.parent / "manifests" / "sklearn-wine"
PREPARE = """
import shutil, ads, joblib, pandas as pd
ads.set_auth("api_key", oci_config_location="oci-config")
from ads.model.framework.sklearn_model import SklearnModel
rows, answers = pd.read_csv("samples/input.csv"), pd.read_csv("samples/output.csv")
model = SklearnModel(estimator=joblib.load("model.joblib"), artifact_dir="ads-artifact")
model.prepare(
    inference_conda_env="oci://packs@cellar/pack", inference_python_version="3.11", X_sample=rows, y_sample=answers,
    use_case_type="multinomial_classification", force_overwrite=True, ignore_conda_error=True,
)
"""
COLD = (
    "import shutil, sys; shutil.rmtree('.manifact', True); shutil.rmtree('build', True); "
    "from compiler.cli.main import main; sys.exit(main(['compile']))"
)
HELP, PREDICT = 0.06, 0.25
"""Seconds of CPU."""


def main() -> int:
    """Measure, print, and say whether the budgets hold."""
    manifact = shutil.which("manifact") or "manifact"
    with tempfile.TemporaryDirectory() as name, environments() as peers:
        folder = Path(name) / "wine"
        shutil.copytree(EXAMPLE, folder)
        write_config(folder)
        ads = measure([python_of("ads", peers), "-c", PREPARE], cwd=folder)
        cold = measure(python(COLD), cwd=folder)
        measure([manifact, "compile"], cwd=folder, runs=1)
        unchanged = measure([manifact, "compile"], cwd=folder)
        measure([manifact, "apply", "--yes"], cwd=folder, runs=1, warm=0)
        predict = measure([manifact, "predict", "wine-cultivar", "--data", "samples/input.csv"], cwd=folder)
        measure([manifact, "destroy", "wine-cultivar", "--yes"], cwd=folder, runs=1, warm=0)
    held = [
        within("manifact --help", measure([manifact, "--help"]), HELP),
        ratio("compile, cold", cold, ads, 12),
        ratio("compile, nothing changed", unchanged, ads, 40),
        within("predict", predict, PREDICT),
    ]
    return 0 if all(held) else 1


def within(name: str, ours: Figures, seconds: float) -> bool:
    """Print one figure beside its budget; whether it holds."""
    holds = ours.cpu <= seconds
    print(f"{name}\n  ours  {ours}\n  (budget: {seconds:g} s CPU) {'ok' if holds else 'MISSED'}")
    return holds


def write_config(folder: Path) -> None:
    """An OCI configuration with a key of its own: ADS wants one before it does anything."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.PrivateFormat.PKCS8
    pem = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    (folder / "oci-key.pem").write_bytes(pem)
    lines = ["[DEFAULT]", "user=ocid1.user.oc1..a", "tenancy=ocid1.tenancy.oc1..a", "region=us-ashburn-1"]
    lines += [f"fingerprint={':'.join(['00'] * 16)}", f"key_file={folder / 'oci-key.pem'}"]
    (folder / "oci-config").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    sys.exit(main())
