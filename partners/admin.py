from django.contrib import admin

from partners.models import GovernanceBody, Membership, Organisation, Partnership, RoleGrant

# Reference data only: nothing here changes the status of a record.


@admin.register(Partnership)
class PartnershipAdmin(admin.ModelAdmin):
    list_display = ["name", "slug"]
    filter_horizontal = ["areas", "compared_with"]
    prepopulated_fields = {"slug": ["short_name"]}


@admin.register(Organisation)
class OrganisationAdmin(admin.ModelAdmin):
    list_display = ["name", "sector", "is_class"]
    list_filter = ["sector"]
    search_fields = ["name"]


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):
    list_display = ["organisation", "partnership", "kind", "starts_on", "ends_on"]
    list_filter = ["partnership", "kind"]


@admin.register(GovernanceBody)
class GovernanceBodyAdmin(admin.ModelAdmin):
    list_display = ["name", "partnership", "kind", "parent", "starts_on", "ends_on"]
    list_filter = ["partnership", "kind"]


@admin.register(RoleGrant)
class RoleGrantAdmin(admin.ModelAdmin):
    list_display = ["user", "role", "partnership", "organisation", "starts_on", "ends_on"]
    list_filter = ["role", "partnership"]
