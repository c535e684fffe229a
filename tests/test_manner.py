"""What kind of client it is, by how it takes edits."""

from qwen_lsp.lsp.manner import DELAYED, RESTING, Manner


def test_prompt_echoes_are_not_yet_proof_of_refusals() -> None:
    manner = Manner()
    manner.echoed(0.001)
    before = manner.kind
    manner.echoed(0.001)
    assert before is None
    assert (manner.kind, manner.refuses_stale, manner.merges_undo) == ("echo", False, False)


def test_who_is_prompt_and_refuses_stale_edits_always_does() -> None:
    manner = Manner()
    manner.refused()
    assert not manner.refuses_stale
    manner.echoed(0.001)
    manner.echoed(None)
    assert manner.refuses_stale


def test_who_reports_late_waits_for_a_rest() -> None:
    manner = Manner()
    manner.echoed(RESTING + 0.1)
    assert (manner.kind, manner.merges_undo) == ("idle", True)


def test_what_made_an_edit_in_a_wrong_place_is_never_trusted_again() -> None:
    manner = Manner()
    manner.refused()
    manner.misplaced()
    manner.refused()
    manner.echoed(None)
    assert manner.kind == "idle"


def test_a_setting_forces_it() -> None:
    manner = Manner("echo")
    manner.refused()
    assert manner.kind == "echo"


def test_who_tells_late_waits_for_a_rest_even_if_it_has_told_some_changes_quickly() -> None:
    manner = Manner()
    for now in (0.0, 0.1, 0.2):
        manner.typed(now)
    manner.echoed(0.001)
    manner.echoed(0.001)
    assert (manner.kind, manner.kind_of_report(DELAYED)) == ("echo", "echo")
    assert manner.kind_of_report(DELAYED + 0.1) == "idle"


def test_who_has_reported_before_it_answered_was_only_slow() -> None:
    manner = Manner()
    manner.echoed(None)
    manner.echoed(None)
    assert manner.kind_of_report(DELAYED + 0.1) == "echo"


def test_quick_reports_are_no_proof_that_versions_are_looked_at_before_any_of_ours() -> None:
    manner = Manner()
    for now in (0.0, 0.003, 0.006):
        manner.typed(now)
    before = manner.checks(1)
    manner.echoed(0.001)
    manner.echoed(0.001)
    assert (before, manner.checks(1)) == (False, True)
