"""Answers Django's own permission question from the table of roles.

`crime_data` stands below `partners` and cannot ask it; it asks `user.has_perm`, and this answers.
"""

from django.contrib.auth.backends import BaseBackend
from django.core.exceptions import PermissionDenied

from partners.permissions import Permission, allowed

DJANGO_NAMES = {"crime_data.manage_figures": Permission.MANAGE_FIGURES}


class RoleBackend(BaseBackend):
    def has_perm(self, user_obj, perm, obj=None):
        permission = DJANGO_NAMES.get(perm)
        if permission is None or obj is not None:
            return False
        if not allowed(user_obj, permission):
            raise PermissionDenied  # the table has the last word; Django's own two tables are not asked
        return True
