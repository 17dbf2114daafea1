from django.urls import path

from dashboards import api, board, public, workspace

urlpatterns = [
    path("", public.home, name="home"),
    path("api/v1/", api.api_index, name="api_index"),
    path("api/v1/sources/", api.api_sources, name="api_sources"),
    path("api/v1/figures/", api.api_figures, name="api_figures"),
    path("api/v1/restatements/", api.api_restatements, name="api_restatements"),
    path("signed-in/", workspace.signed_in, name="signed_in"),
    path("workspace/<slug:partnership>/", workspace.workspace, name="workspace"),
    path("board/<slug:partnership>/", board.board, name="board"),
    # The partnership's own pages come last: its slug is the first word of the address.
    path("<slug:partnership>/", public.partnership, name="partnership"),
    path("<slug:partnership>/strategy/", public.strategy, name="strategy"),
    path("<slug:partnership>/priorities/<slug:priority>/", public.priority, name="priority"),
    path("<slug:partnership>/measures/<int:measure>.csv", public.measure_csv, name="measure_csv"),
    path("<slug:partnership>/partners/", public.partner_list, name="partner_list"),
    path("<slug:partnership>/governance/", public.governance, name="governance"),
    path("<slug:partnership>/meetings/", public.meeting_list, name="meeting_list"),
]
