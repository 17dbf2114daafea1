from django.urls import path

from measures.views import measures, narratives, returns, targets

ONE = "measures/<int:pk>"

urlpatterns = [
    path("measures/", measures.workspace_measures, name="workspace_measures"),
    path("measures/library/", measures.measure_library, name="measure_library"),
    path("measures/library/<slug:key>/adopt/", measures.adopt_measure, name="adopt_measure"),
    path("measures/add/", measures.choose_kind, name="choose_kind"),
    path("measures/add/<slug:kind>/", measures.add_measure, name="add_measure"),
    path(f"{ONE}/", measures.workspace_measure, name="workspace_measure"),
    path(f"{ONE}/edit/", measures.edit_measure, name="edit_measure"),
    path(f"{ONE}/undo/", measures.undo_adoption, name="undo_adoption"),
    path(f"{ONE}/move/", measures.move_measure, name="move_measure"),
    path(f"{ONE}/retire/", measures.retire_measure, name="retire_measure"),
    path(f"{ONE}/reinstate/", measures.reinstate_measure, name="reinstate_measure"),
    path(f"{ONE}/baselines/add/", targets.add_baseline, name="add_baseline"),
    path(f"{ONE}/baselines/<int:baseline>/edit/", targets.edit_baseline, name="edit_baseline"),
    path(f"{ONE}/baselines/<int:baseline>/remove/", targets.remove_baseline, name="remove_baseline"),
    path(f"{ONE}/targets/add/", targets.add_target, name="add_target"),
    path(f"{ONE}/targets/<int:target>/edit/", targets.edit_target, name="edit_target"),
    path(f"{ONE}/targets/<int:target>/remove/", targets.remove_target, name="remove_target"),
    path(f"{ONE}/usual-range/add/", targets.add_rebase, name="add_rebase"),
    path(f"{ONE}/usual-range/<int:rebase>/remove/", targets.remove_rebase, name="remove_rebase"),
    path(f"{ONE}/returns/", returns.measure_returns, name="measure_returns"),
    path(f"{ONE}/returns/paste/", returns.paste_returns, name="paste_returns"),
    path(f"{ONE}/returns/template.csv", returns.returns_template, name="returns_template"),
    path(f"{ONE}/returns.csv", returns.returns_csv, name="returns_csv"),
    path("narratives/", narratives.narratives, name="narratives"),
    path("narratives/new/", narratives.new_narrative, name="new_narrative"),
    path("narratives/<int:pk>/", narratives.narrative, name="narrative"),
    path("narratives/<int:pk>/edit/", narratives.edit_narrative, name="edit_narrative"),
    path("narratives/<int:pk>/submit/", narratives.submit_narrative, name="submit_narrative"),
    path("narratives/<int:pk>/approve/", narratives.approve_narrative, name="approve_narrative"),
    path("narratives/<int:pk>/return/", narratives.return_narrative, name="return_narrative"),
    path("narratives/<int:pk>/publish/", narratives.publish_narrative, name="publish_narrative"),
    path("narratives/<int:pk>/withdraw/", narratives.withdraw_narrative, name="withdraw_narrative"),
]
