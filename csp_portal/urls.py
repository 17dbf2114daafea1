"""Addresses are audiences: /<partnership>/ for anyone; /workspace/, /board/ and /data/ after signing in."""

from django.contrib import admin
from django.urls import include, path

from accounts.views import sign_in, sign_out
from csp_portal import views

# One way in: the admin site sends people to the same sign-in page, with the same lock.
admin.site.login = sign_in

urlpatterns = [
    path("healthz/", views.healthz, name="healthz"),
    path("readyz/", views.readyz, name="readyz"),
    path("about/accessibility/", views.statement, {"page": "accessibility"}, name="accessibility"),
    path("about/privacy/", views.statement, {"page": "privacy"}, name="privacy"),
    path("about/cookies/", views.statement, {"page": "cookies"}, name="cookies"),
    path("sign-in/", sign_in, name="sign_in"),
    path("sign-out/", sign_out, name="sign_out"),
    path("admin/", admin.site.urls),
    path("data/", include("crime_data.urls")),
    path("workspace/<slug:partnership>/", include("delivery_plans.urls")),
    path("workspace/<slug:partnership>/", include("measures.urls")),
    path("", include("dashboards.urls")),
]
