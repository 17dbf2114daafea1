"""Who is in a partnership, how it governs itself, and what people may do in it."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from crime_data.models import Area

# Addresses begin with the partnership's slug, so these first words are taken.
RESERVED_SLUGS = {
    "about", "admin", "api", "board", "data", "healthz", "readyz",
    "sign-in", "sign-out", "signed-in", "static", "workspace",
}  # fmt: skip


def not_reserved(slug):
    if slug in RESERVED_SLUGS:
        raise ValidationError(f"“{slug}” is an address of the portal itself. Choose another short name.")


class Partnership(models.Model):
    """A Community Safety Partnership: the statutory board of one or more council areas."""

    class Colour(models.TextChoices):
        BLUE = "blue", "Blue"
        TEAL = "teal", "Teal"
        GREEN = "green", "Green"
        PURPLE = "purple", "Purple"
        MAROON = "maroon", "Maroon"

    class YearBasis(models.TextChoices):
        FINANCIAL = "financial", "April to March"
        CALENDAR = "calendar", "January to December"

    slug = models.SlugField(max_length=60, unique=True, validators=[not_reserved])
    name = models.CharField(max_length=120)
    short_name = models.CharField(max_length=60)
    acronym = models.CharField(max_length=12, blank=True)
    place = models.CharField(max_length=80, help_text="As it stands in a sentence: Bexley.")
    strapline = models.CharField(max_length=160, blank=True)
    about = models.TextField(blank=True)
    contact_name = models.CharField(max_length=120, blank=True)
    contact_email = models.EmailField(blank=True)
    colour = models.CharField(max_length=10, choices=Colour, default=Colour.BLUE)
    year_basis = models.CharField(max_length=10, choices=YearBasis, default=YearBasis.FINANCIAL)
    partners_note = models.CharField(
        max_length=200,
        blank=True,
        help_text="Shown under the list of partners, such as: this list is not exhaustive.",
    )
    areas = models.ManyToManyField(
        Area, related_name="+", help_text="The council areas it is responsible for."
    )
    compared_with = models.ManyToManyField(
        Area, related_name="+", blank=True, help_text="Areas that it finds similar to its own."
    )

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name


class Organisation(models.Model):
    """A body, or a kind of bodies, that works in one or more partnerships."""

    class Sector(models.TextChoices):
        COUNCIL = "council", "Council"
        POLICE = "police", "Police"
        FIRE = "fire", "Fire and rescue"
        PROBATION = "probation", "Probation"
        HEALTH = "health", "Health"
        MAYOR = "mayor", "Mayor or commissioner"
        VOLUNTARY = "voluntary", "Voluntary and community"
        HOUSING = "housing", "Housing"
        EDUCATION = "education", "Education"
        TRANSPORT = "transport", "Transport"
        COMMUNITY = "community", "Residents' group"
        OTHER = "other", "Other"

    name = models.CharField(max_length=160, unique=True)
    sector = models.CharField(max_length=12, choices=Sector, default=Sector.OTHER)
    is_class = models.BooleanField(
        default=False, help_text="A kind of bodies, such as local housing providers."
    )

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name


class DatedQuerySet(models.QuerySet):
    def on(self, day):
        """Those in force on this day."""
        return self.filter(Q(starts_on=None) | Q(starts_on__lte=day), Q(ends_on=None) | Q(ends_on__gte=day))


class Membership(models.Model):
    """An organisation belongs to a partnership, in a standing, from one day to another."""

    class Kind(models.TextChoices):
        RESPONSIBLE = "responsible-authority", "Responsible authority"
        COOPERATING = "co-operating-body", "Co-operating body"
        INVITED = "invited", "Invited participant"

    partnership = models.ForeignKey(Partnership, models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships")
    kind = models.CharField("standing in law", max_length=24, choices=Kind)
    as_published = models.CharField(max_length=60, blank=True, help_text="The heading it is printed under.")
    printed_name = models.CharField(
        max_length=160, blank=True, help_text="The name as the partnership printed it."
    )
    note = models.CharField(max_length=300, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    objects = DatedQuerySet.as_manager()

    class Meta:
        ordering = ["order", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="membership_days"
            ),
            models.UniqueConstraint(
                fields=["partnership", "organisation", "starts_on"], name="membership_once"
            ),
            # Two empty days, and below two empty parents, are different ones to a database.
            models.UniqueConstraint(
                fields=["partnership", "organisation"],
                condition=Q(starts_on=None),
                name="membership_once_without_a_start",
            ),
        ]

    def __str__(self):
        return f"{self.organisation} in {self.partnership}"


class GovernanceBody(models.Model):
    """A board, group, panel or process of a partnership, in its place in the tree."""

    class Kind(models.TextChoices):
        BOARD = "board", "Board"
        GROUP = "group", "Group"
        THEME = "theme", "Theme"
        PANEL = "panel", "Panel"
        PROCESS = "process", "Process"
        MECHANISM = "mechanism", "Mechanism"

    partnership = models.ForeignKey(Partnership, models.CASCADE, related_name="bodies")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    name = models.CharField(max_length=160)
    acronym = models.CharField(max_length=20, blank=True)
    kind = models.CharField(max_length=10, choices=Kind)
    order = models.PositiveSmallIntegerField(default=0)
    remit = models.TextField(blank=True)
    cadence = models.CharField("how often it meets", max_length=40, blank=True)
    restricted = models.BooleanField(default=False, help_text="Named in public; its papers are not.")
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        ordering = ["order", "id"]
        verbose_name_plural = "governance bodies"
        constraints = [
            models.CheckConstraint(condition=~Q(parent=F("id")), name="body_not_its_own_parent"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="body_days"
            ),
            models.UniqueConstraint(fields=["partnership", "name", "parent"], name="body_once_in_its_place"),
            models.UniqueConstraint(
                fields=["partnership", "name"], condition=Q(parent=None), name="body_once_at_the_top"
            ),
        ]

    def __str__(self):
        return self.name


class Role(models.TextChoices):
    OFFICER = "officer", "Community safety officer"
    APPROVER = "approver", "Approver"
    PARTNER_LEAD = "partner-lead", "Partner lead"
    ANALYST = "analyst", "Analyst"
    BOARD_MEMBER = "board-member", "Board member"
    PANEL_MEMBER = "panel-member", "Panel member"
    DATA_MANAGER = "data-manager", "Data manager"
    ADMINISTRATOR = "administrator", "Administrator"


class RoleGrant(models.Model):
    """A person holds a role: in one partnership, or (data manager, administrator) in the whole portal."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="role_grants")
    role = models.CharField(max_length=16, choices=Role)
    partnership = models.ForeignKey(
        Partnership, models.CASCADE, null=True, blank=True, related_name="role_grants"
    )
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        ordering = ["user", "role"]
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=[Role.DATA_MANAGER, Role.ADMINISTRATOR], partnership=None)
                | (~Q(role__in=[Role.DATA_MANAGER, Role.ADMINISTRATOR]) & Q(partnership__isnull=False)),
                name="role_in_its_place",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="role_days"
            ),
            models.CheckConstraint(
                condition=~Q(role=Role.PARTNER_LEAD) | Q(organisation__isnull=False),
                name="lead_of_an_organisation",
            ),
            # Three, because SQLite takes two empty partnerships or organisations for different ones.
            models.UniqueConstraint(
                fields=["user", "role", "partnership", "organisation"], name="role_once_for_an_organisation"
            ),
            models.UniqueConstraint(
                fields=["user", "role", "partnership"],
                condition=Q(organisation=None),
                name="role_once_in_a_partnership",
            ),
            models.UniqueConstraint(
                fields=["user", "role"],
                condition=Q(partnership=None, organisation=None),
                name="role_once_in_the_portal",
            ),
        ]

    def __str__(self):
        return f"{self.user}: {self.get_role_display()}"
