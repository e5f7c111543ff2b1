"""Oracle ADS prepares, saves, deploys, predicts with, downloads and deletes a model on the embedded OCI.

Run in ADS's own virtual environment (see test_ads.py); the server of the model runs there as well.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
from pathlib import Path


def main(root: Path) -> None:
    from compiler.localcloud import open_cloud
    from compiler.localcloud.processes import client_environment, stop_all
    from compiler.localcloud.server import LocalServer

    with open_cloud(root) as cloud, LocalServer(cloud, cloud.handle, 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        os.environ |= client_environment(cloud.sdk_config(), cloud.compartment_id, cloud.project_id, server.url)
        try:
            live(server.url, cloud.compartment_id)
        finally:
            server.shutdown()
            thread.join()
            stop_all(root)


def live(url: str, compartment: str) -> None:
    import ads
    from ads.model.framework.sklearn_model import SklearnModel
    from sklearn.datasets import load_iris
    from sklearn.linear_model import LogisticRegression

    pack = conda_pack(url, compartment)
    ads.set_auth("api_key", oci_config_location=os.environ["OCI_CONFIG_FILE"], client_kwargs={"service_endpoint": url})
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
    sys.stdout.write("ADS lived a life\n")


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
    main(Path(sys.argv[1]))
