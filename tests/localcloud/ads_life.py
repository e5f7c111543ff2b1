"""Oracle ADS prepares, saves, deploys, predicts with, downloads and deletes a model on the embedded OCI.

Run in ADS's own virtual environment (see test_ads.py); the server of the model runs there as well.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path


def with_cloud(root: Path, work: Callable[[str, str], None]) -> None:
    """Do the work on an embedded OCI: its address and compartment are handed in, the variables of clients are set."""
    from compiler.localcloud import open_cloud
    from compiler.localcloud.processes import client_environment, stop_all
    from compiler.localcloud.server import LocalServer

    with open_cloud(root) as cloud, LocalServer(cloud, cloud.handle, 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        os.environ |= client_environment(cloud.sdk_config(), cloud.compartment_id, cloud.project_id, server.url)
        try:
            work(server.url, cloud.compartment_id)
        finally:
            server.shutdown()
            thread.join()
            stop_all(root)


def signed_in(url: str) -> None:
    """ADS's own sign-in, with the key of the embedded OCI."""
    import ads

    ads.set_auth("api_key", oci_config_location=os.environ["OCI_CONFIG_FILE"], client_kwargs={"service_endpoint": url})


def live(url: str, compartment: str) -> None:
    """A model with its artifact in the catalog, and one by reference to a bucket."""
    pack = conda_pack(url, compartment)
    signed_in(url)
    one_life(pack)
    one_by_reference(url, compartment)
    sys.stdout.write("ADS lived a life\n")


def one_life(pack: str) -> None:
    """Prepare, save, deploy, predict, download, delete."""
    from ads.model.framework.sklearn_model import SklearnModel
    from sklearn.datasets import load_iris
    from sklearn.linear_model import LogisticRegression

    features, target = load_iris(return_X_y=True, as_frame=True)
    estimator = LogisticRegression(max_iter=500).fit(features, target)
    model = SklearnModel(estimator=estimator, artifact_dir=tempfile.mkdtemp())
    model.prepare(
        inference_conda_env=pack,
        inference_python_version="3.11",
        X_sample=features,
        y_sample=target,
        use_case_type="multinomial_classification",
        force_overwrite=True,
    )
    identifier = model.save(display_name="iris", ignore_introspection=True)
    shape = {"deployment_instance_shape": "VM.Standard.E4.Flex", "deployment_ocpus": 1, "deployment_memory_in_gbs": 16}
    model.deploy(display_name="iris", poll_interval=1, **shape)
    assert model.predict(features[:5])["prediction"] == estimator.predict(features[:5]).tolist()
    folder = tempfile.mkdtemp()
    copy = SklearnModel.from_model_catalog(
        identifier, artifact_dir=folder, force_overwrite=True, ignore_conda_error=True
    )
    assert (Path(folder) / "score.py").is_file()
    model.delete_deployment(wait_for_completion=True)
    copy.delete(identifier)


def one_by_reference(url: str, compartment: str) -> None:
    """Save a description of files in a versioned bucket in place of an artifact; download what it describes; delete."""
    from ads.model.datascience_model import DataScienceModel

    files = {"score.py": b"def load_model(): ...\n", "weights/model.bin": bytes(1000)}
    uri = bucket_of(url, compartment, "large-models", {f"wine/{name}": content for name, content in files.items()})
    model = DataScienceModel().with_compartment_id(compartment).with_project_id(os.environ["PROJECT_OCID"])
    model.with_display_name("wine").with_artifact(f"{uri}/wine/").create(model_by_reference=True)
    folder = Path(tempfile.mkdtemp())
    copy = DataScienceModel.from_id(model.id)
    copy.download_artifact(str(folder), force_overwrite=True)
    below = folder / "large-models" / "wine"
    assert {name: (below / name).read_bytes() for name in files} == files
    copy.delete()


def bucket_of(url: str, compartment: str, name: str, objects: dict[str, bytes]) -> str:
    """A versioned bucket with these objects; answers its address."""
    import oci

    config = oci.config.from_file(os.environ["OCI_CONFIG_FILE"])
    storage = oci.object_storage.ObjectStorageClient(config, service_endpoint=url)
    details = oci.object_storage.models.CreateBucketDetails(name=name, compartment_id=compartment, versioning="Enabled")
    namespace = storage.get_namespace().data
    storage.create_bucket(namespace, details)
    for path, content in objects.items():
        storage.put_object(namespace, name, path, content)
    return f"oci://{name}@{namespace}"


def conda_pack(url: str, compartment: str) -> str:
    """A published pack, which ADS looks up in Object Storage."""
    import oci

    config = oci.config.from_file(os.environ["OCI_CONFIG_FILE"])
    storage = oci.object_storage.ObjectStorageClient(config, service_endpoint=url)
    namespace = storage.get_namespace().data
    bucket = oci.object_storage.models.CreateBucketDetails(name="packs", compartment_id=compartment)
    storage.create_bucket(namespace, bucket)
    facts = {"name": "x", "python": "3.11", "slug": "x_p311_v1", "type": "published", "version": "1.0"}
    meta = {"manifest": json.dumps({"manifest": facts | {"arch_type": "CPU"}})}
    storage.put_object(namespace, "packs", "cpu/x/1.0/x_p311_v1", b"pack", opc_meta=meta)
    return f"oci://packs@{namespace}/cpu/x/1.0/x_p311_v1"


if __name__ == "__main__":
    sys.path.append(str(Path(__file__).parents[2]))
    with_cloud(Path(sys.argv[1]), live)
