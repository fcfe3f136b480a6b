"""Other people's files, where the environment says they lie: each is imported, or refused for a reason that says what to do."""

import os
from pathlib import Path

import pytest

from capplan.commands.import_files import draft_of
from capplan.errors import CapplanError
from capplan.importing.render import rendered
from capplan.language.load import load

_FOLDER = os.environ.get("CAPPLAN_FIELD_FILES")
_INPUTS = Path(_FOLDER) / "inputs" if _FOLDER else None
_FILES = sorted(path for path in _INPUTS.glob("*/*") if path.is_file()) if _INPUTS else []
_REFUSED = {
    "ce_get_cost_and_usage.json": "Cost Explorer",
    "cur_legacy_glue_states_rows.csv": "Cost and Usage Report",
    "focus_1_0_serverless_rows.csv": "FOCUS",
    "export_manifest_files.jsonl.txt": "list of an export's files",
    "dynamodb_table.golden.txt": "what infracost printed",
    "glue_job.golden.txt": "what infracost printed",
    "lambda_function.golden.txt": "what infracost printed",
    "power_tuning_output_documented.json.txt": "not JSON",
    "batch_get_traces.json": "X-Ray traces",
}
"""Files that are no description of a workload, and a word of what capplan says they are."""


@pytest.mark.skipif(not _FILES, reason="CAPPLAN_FIELD_FILES is not set")
@pytest.mark.parametrize("path", _FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_real_file_is_imported_or_refused_for_a_reason(path: Path, tmp_path: Path) -> None:
    if path.name in _REFUSED:
        with pytest.raises(CapplanError, match=_REFUSED[path.name]) as refused:
            draft_of([str(path)], folder=tmp_path)
        assert all(one.message and one.hint for one in refused.value.diagnostics)
        return
    draft = draft_of([str(path)], folder=tmp_path)
    assert draft.entries or draft.account or draft.unused, "it says something, or why not"
    for name, text in {"scenario.yaml": rendered(draft, "capplan import"), **draft.beside}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    if draft.entries:
        assert load(str(tmp_path / "scenario.yaml")).name == draft.name, "the language takes what was written"
