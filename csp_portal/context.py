"""What every page's shell needs, looked up only when a template asks: public pages touch no session."""

from django.utils.functional import cached_property

from partners.models import Role
from partners.permissions import ROLES, Permission, grants


class Shell:
    def __init__(self, request):
        self.request = request

    @property
    def section(self):
        """The name of the place in the navigation, which is the name of the address."""
        match = self.request.resolver_match
        return match.url_name if match else ""

    @cached_property
    def partnerships(self):
        """The partnerships this person has a role in, once each."""
        return list(
            {grant.partnership.pk: grant.partnership for grant in self._held if grant.partnership}.values()
        )

    @cached_property
    def may_manage_data(self):
        return self.request.user.has_perm("crime_data.manage_figures")

    @cached_property
    def workspaces(self):
        return {
            grant.partnership.slug
            for grant in self._held
            if grant.partnership and _may(grant, Permission.VIEW_WORKSPACE)
        }

    @cached_property
    def boards(self):
        return {
            grant.partnership.slug
            for grant in self._held
            if grant.partnership and _may(grant, Permission.VIEW_BOARD)
        }

    @property
    def _held(self):
        return grants(self.request.user)


def _may(grant, permission):
    return permission in ROLES[Role(grant.role)].may


def shell(request):
    return {"shell": Shell(request)}
