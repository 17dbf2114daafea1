from django.urls import path

from delivery_plans import views

urlpatterns = [
    path("priorities/<slug:priority>/", views.priority_actions, name="priority_actions"),
    path("actions/<int:pk>/", views.action, name="action"),
    path("actions/<int:pk>/edit/", views.edit_action, name="edit_action"),
    path("updates/<int:pk>/approve/", views.approve_update, name="approve_update"),
    path("updates/<int:pk>/return/", views.return_update, name="return_update"),
    path("updates/<int:pk>/publish/", views.publish_update, name="publish_update"),
    path("updates/<int:pk>/withdraw/", views.withdraw_update, name="withdraw_update"),
]
