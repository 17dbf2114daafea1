from django.contrib import admin
from django.contrib.auth import admin as auth

from accounts.models import User


@admin.register(User)
class UserAdmin(auth.UserAdmin):
    """Gives accounts and new passwords. What a person may do is said by roles, not by Django's groups."""

    list_display = ["name", "email", "is_active", "last_login"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["name", "email"]
    ordering = ["name", "email"]
    filter_horizontal = []
    fieldsets = [(None, {"fields": ["name", "email", "password", "is_active", "is_staff", "is_superuser"]})]
    add_fieldsets = [(None, {"fields": ["name", "email", "usable_password", "password1", "password2"]})]
