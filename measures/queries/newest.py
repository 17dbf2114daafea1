"""How far the figures of a partnership's own areas reach, and which quarters that makes."""

from datetime import date

from django.db.models import Subquery
from django.utils import timezone

from crime_data.models import Area, CrimeTypeTable, ReleaseFile
from crime_data.months import add_months
from crime_data.queries import source_for
from partners.models import Partnership

USUAL = sorted({source_for(Area(kind=kind)) for kind in Area.Kind})

OFFERED = 12
"""Quarters that can be chosen: three years, as many as a trend shows."""

Months = tuple[date | None, date | None]


def held_months(partnership: Partnership, day: date | None = None) -> Months:
    """The first and last month whose counts of the usual source are held for the partnership's areas,
    published by that day (None is today); two times None without. One query."""
    tables = CrimeTypeTable.objects.filter(
        area__in=partnership.areas.order_by().values("pk"),
        file__state=ReleaseFile.State.CURRENT,
        file__release__source__key__in=USUAL,
    )
    if day:
        tables = tables.filter(file__release__published_on__lte=day)
    newest = tables.order_by("file__release__illustrative", "-file__last_month")
    oldest = tables.order_by("file__release__illustrative", "file__first_month")
    found: Months = (
        Partnership.objects.filter(pk=partnership.pk)
        .values_list(
            Subquery(oldest.values("file__first_month")[:1]), Subquery(newest.values("file__last_month")[:1])
        )
        .get()
    )
    return found


def quarters_with_figures(held: Months, today: date) -> list[date]:
    """The first days of the quarters that a board can show, the newest first: those whose months are all
    past in what is `held`, back to the first by whose end a year is. Without any, the calendar's last whole
    quarters. The newest one is always among them."""
    first, last = held
    newest = _ended_by(last or add_months(today.replace(day=1), -1))
    a_year = _quarter(add_months(first, 11)) if first else date.min
    days = [add_months(newest, -3 * back) for back in range(OFFERED)]
    return [days[0], *(day for day in days[1:] if day >= a_year)]


def commentary_quarters(partnership: Partnership) -> list[date]:
    """The first days of the quarters that commentary can be written on: this one, and those of the board."""
    today = timezone.localdate()
    shown = quarters_with_figures(held_months(partnership), today)
    return list(dict.fromkeys([_quarter(today), *shown]))


def _quarter(month: date) -> date:
    return date(month.year, 3 * ((month.month - 1) // 3) + 1, 1)


def _ended_by(month: date) -> date:
    quarter = _quarter(month)
    return quarter if month >= add_months(quarter, 2) else add_months(quarter, -3)
