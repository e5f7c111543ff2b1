"""One line a command, for its `--help`."""

from __future__ import annotations

EXAMPLES = {
    "init": "manifact init models/wine/model.joblib --input models/wine/samples/input.csv",
    "validate": "manifact validate models/wine",
    "compile": "manifact compile models/wine",
    "inspect": "manifact inspect models/wine/model.joblib",
    "introspect": "manifact introspect build/wine/artifact",
    "verify": "manifact verify models/wine",
    "serve": "manifact serve build/wine/artifact --port 8080",
    "plan": "manifact plan models/wine --target production -o wine.plan.json",
    "apply": "manifact apply models/wine --target production",
    "status": "manifact status wine",
    "list": "manifact list models --ours",
    "show": "manifact show wine",
    "predict": "manifact predict wine --data models/wine/samples/input.csv --rows 3",
    "logs": "manifact logs wine --follow",
    "pull": "manifact pull wine pulled/wine",
    "export": "manifact export wine oci://backups@local/wine.zip",
    "import": "manifact import ocid1.datasciencemodel.oc1.iad.aaaa models/wine",
    "drift": "manifact drift models/wine --target production",
    "destroy": "manifact destroy wine --target staging",
    "fetch": "manifact fetch models/wine",
    "lock": "manifact lock generalml_p311_cpu_x86_64_v1",
    "local": "manifact local serve --port 8600",
    "explain": "manifact explain MF102",
    "schema": "manifact schema plan.output > plan.schema.json",
}
