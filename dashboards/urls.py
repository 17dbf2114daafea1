from django.urls import path

from dashboards import api, board, figures, public, workspace

MEASURE = "<slug:partnership>/measures/<int:measure>"

urlpatterns = [
    path("", public.home, name="home"),
    path("api/v1/", api.api_index, name="api_index"),
    path("api/v1/sources/", api.api_sources, name="api_sources"),
    path("api/v1/figures/", api.api_figures, name="api_figures"),
    path("api/v1/restatements/", api.api_restatements, name="api_restatements"),
    path("api/v1/profile/", api.api_profile, name="api_profile"),
    path("api/v1/wards/", api.api_wards, name="api_wards"),
    path("api/v1/measures/", api.api_measures, name="api_measures"),
    path("api/v1/measures/<int:measure>/", api.api_measure, name="api_measure"),
    path("signed-in/", workspace.signed_in, name="signed_in"),
    path("workspace/<slug:partnership>/", workspace.workspace, name="workspace"),
    path(
        "workspace/<slug:partnership>/priorities/<slug:priority>/dashboard/",
        board.priority_dashboard,
        name="priority_dashboard",
    ),
    path("board/<slug:partnership>/", board.board, name="board"),
    path("board/<slug:partnership>/priorities/<slug:priority>/", board.board_priority, name="board_priority"),
    # The partnership's own pages come last: its slug is the first word of the address.
    path("<slug:partnership>/", public.partnership, name="partnership"),
    path("<slug:partnership>/strategy/", public.strategy, name="strategy"),
    path("<slug:partnership>/priorities/<slug:priority>/", public.priority, name="priority"),
    path(f"{MEASURE}/", public.measure, name="measure"),
    path(
        "<slug:partnership>/measures/<int:measure>.csv", public.measure_file, {"form": "csv"}, "measure_csv"
    ),
    path(
        "<slug:partnership>/measures/<int:measure>.svg", public.measure_file, {"form": "svg"}, "measure_svg"
    ),
    path(
        "<slug:partnership>/measures/<int:measure>.png", public.measure_file, {"form": "png"}, "measure_png"
    ),
    path(
        "<slug:partnership>/measures/<int:measure>.json",
        public.measure_file,
        {"form": "json"},
        "measure_json",
    ),
    path("<slug:partnership>/figures/", figures.profile, name="figures"),
    path("<slug:partnership>/figures/profile.csv", figures.profile_csv, name="profile_csv"),
    path("<slug:partnership>/figures/serious-violence/", figures.serious_violence, name="serious_violence"),
    path(
        "<slug:partnership>/figures/serious-violence.csv",
        figures.serious_violence_csv,
        name="serious_violence_csv",
    ),
    path(
        "<slug:partnership>/figures/serious-violence/<slug:chart>.<slug:form>",
        figures.serious_violence_chart,
        name="serious_violence_chart",
    ),
    path("<slug:partnership>/figures/compare/", figures.compare, name="compare"),
    path("<slug:partnership>/figures/compare.csv", figures.compare_csv, name="compare_csv"),
    path(
        "<slug:partnership>/figures/compare/<slug:chart>.<slug:form>",
        figures.compare_chart,
        name="compare_chart",
    ),
    path("<slug:partnership>/figures/explore/", figures.explore, name="explore"),
    path("<slug:partnership>/figures/explore.csv", figures.explore_csv, name="explore_csv"),
    path(
        "<slug:partnership>/figures/explore/<slug:chart>.<slug:form>",
        figures.explore_chart,
        name="explore_chart",
    ),
    path("<slug:partnership>/figures/wards/", public.ward_figures, name="ward_figures"),
    path("<slug:partnership>/figures/wards.csv", public.ward_figures_csv, name="ward_figures_csv"),
    path("<slug:partnership>/figures/wards.svg", public.ward_figures_svg, name="ward_figures_svg"),
    path("<slug:partnership>/figures/printed/", public.printed_list, name="printed_list"),
    path("<slug:partnership>/figures/printed/<slug:document>/", public.printed, name="printed"),
    path("<slug:partnership>/figures/printed/<slug:document>.csv", public.printed_csv, name="printed_csv"),
    path("<slug:partnership>/partners/", public.partner_list, name="partner_list"),
    path("<slug:partnership>/governance/", public.governance, name="governance"),
    path("<slug:partnership>/meetings/", public.meeting_list, name="meeting_list"),
]
