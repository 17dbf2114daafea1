from django.urls import path

from crime_data import views

urlpatterns = [
    path("", views.data_home, name="data_home"),
    path("imports/new/", views.upload, name="upload"),
    path("imports/<int:pk>/", views.import_run, name="import_run"),
    path("imports/<int:pk>/again/", views.run_again, name="run_again"),
    path("releases/<int:pk>/", views.release, name="release"),
    path("files/<int:pk>/", views.release_file, name="release_file"),
    path("files/<int:pk>/<slug:decision>/", views.decide_file, name="decide_file"),
]
