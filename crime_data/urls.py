from django.urls import path

from crime_data import views

urlpatterns = [
    path("", views.data_home, name="data_home"),
    path("sources/<int:pk>/", views.source, name="source"),
    path("sources/<int:pk>/look/", views.look_now, name="look_now"),
    path("sources/<int:pk>/edit/", views.edit_source, name="edit_source"),
    path("categories/<int:pk>/", views.categories, name="categories"),
    path("template/local-counts.csv", views.template_file, name="local_counts_template"),
    path("coverage/", views.coverage, name="coverage"),
    path("breaks/", views.break_list, name="breaks"),
    path("restatements/", views.restatements, name="restatements"),
    path("restatements.json", views.restatements_json, name="restatements_json"),
    path("figures/", views.figure, name="figure"),
    path("figures.json", views.figure_json, name="figure_json"),
    path("levels/", views.levels, name="levels"),
    path("imports/new/", views.upload, name="upload"),
    path("imports/<int:pk>/", views.import_run, name="import_run"),
    path("imports/<int:pk>/again/", views.run_again, name="run_again"),
    path("releases/<int:pk>/", views.release, name="release"),
    path("releases/<int:pk>/<slug:decision>/", views.decide_release, name="decide_release"),
    path("files/<int:pk>/", views.release_file, name="release_file"),
    path("files/<int:pk>/<slug:decision>/", views.decide_file, name="decide_file"),
]
