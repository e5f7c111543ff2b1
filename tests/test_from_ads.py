"""docs/from-ads.md: every public call of ADS 2.16.1 about models has its line."""

import re

import pytest

from testing.paths import ROOT

PAGE = ROOT / "docs" / "from-ads.md"
# Public methods by introspection of oracle-ads 2.16.1.
CALLS = {
    "GenericModel": "delete delete_deployment deploy download_artifact evaluate from_id from_model_artifact "
    "from_model_catalog from_model_deployment get_data_serializer get_model_serializer introspect "
    "model_input_serializer_type model_save_serializer_type populate_metadata populate_schema predict prepare "
    "prepare_save_deploy reload reload_runtime_info restart_deployment save serialize_model "
    "set_model_input_serializer set_model_save_serializer summary_status update update_deployment "
    "update_summary_action update_summary_status upload_artifact verify",
    "DataScienceModel": "add_artifact build create create_custom_metadata_artifact create_defined_metadata_artifact "
    "delete delete_custom_metadata_artifact delete_defined_metadata_artifact download_artifact from_dict from_id "
    "from_json from_string from_yaml get_custom_metadata_artifact get_defined_metadata_artifact get_spec "
    "if_model_custom_metadata_artifact_exist list list_df remove_artifact restore_model set_spec sync to_dict to_json "
    "to_yaml update update_custom_metadata_artifact update_defined_metadata_artifact upload_artifact with_artifact "
    "with_backup_setting with_compartment_id with_custom_metadata_list with_defined_metadata_list with_defined_tags "
    "with_description with_display_name with_freeform_tags with_input_schema with_model_file_description "
    "with_model_version_set_id with_output_schema with_project_id with_provenance_metadata with_retention_setting "
    "with_version_id with_version_label",
    "ModelDeployment": "activate build deactivate delete deploy from_dict from_id from_json from_string from_yaml "
    "get_spec list list_df logs predict set_spec show_logs sync to_dict to_json to_yaml update watch "
    "with_defined_tags with_description with_display_name with_freeform_tags with_infrastructure with_runtime",
    "ModelVersionSet": "build create delete from_dict from_dsc_model_version_set from_id from_json from_name from_ocid "
    "from_string from_yaml get_spec list model_add models set_spec to_dict to_json to_yaml update with_compartment_id "
    "with_defined_tags with_description with_freeform_tags with_name with_project_id",
    "ModelCatalog": "delete_model download_model get_model list_model_deployment list_models update_model upload_model",
    "ModelDeployer": "delete deploy deploy_from_model_uri get_model_deployment get_model_deployment_state "
    "list_deployments show_deployments update",
}


@pytest.mark.parametrize("kind", CALLS)
def test_every_call_has_its_line(kind):
    rows = [line.split(" | ")[0] for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    named = set(re.findall(r"\w+", " ".join(rows)))
    assert {kind, *CALLS[kind].split()} - named == set()


def test_every_command_it_names_is_there():
    from compiler.cli.commands import NAMES

    named = set(re.findall(r"`manifact ([a-z]+)", PAGE.read_text()))
    assert named - set(NAMES) == set()
