"""What figures can and cannot say: sums over periods, exact intervals, and whether a change could be chance.

Plain numbers in, plain numbers out. `None` is a month that was not published; it is never read as 0. Each
function names its source; `docs/statistics.md` tells the same in plain words.
"""

from measures.statistics.changes import (
    ChanceTest,
    Change,
    change,
    plain_change,
    rate_change,
    share_change,
    survey_change,
)
from measures.statistics.counts import poisson_interval, rate, rate_interval, ratio_interval, ratio_p_value
from measures.statistics.dispersion import Dispersion, dispersion
from measures.statistics.funnel import Funnel, FunnelPoint, Place, funnel
from measures.statistics.kinds import Incomparable, Statistic, StatisticType, Unit, comparable
from measures.statistics.periods import (
    CALENDAR,
    FINANCIAL,
    beside_last_year,
    last_whole_quarter,
    quarter,
    rolling_sum,
    rolling_year,
    total,
    whole_year,
    year_before,
    year_to_date,
)
from measures.statistics.printed import Derived, derived_base, derived_base_of_difference, derived_count
from measures.statistics.process import (
    XMR_FACTOR,
    Limits,
    Process,
    Rebase,
    Rule,
    Signal,
    Stretch,
    process,
    process_limits,
)
from measures.statistics.projection import Projection, project
from measures.statistics.ranks import Rank, ranks
from measures.statistics.rare import (
    Gaps,
    days_between,
    g_limit,
    gap_probability,
    gaps,
    t_limits,
    too_rare,
)
from measures.statistics.seasons import Season, prediction_interval, season
from measures.statistics.shares import gap_interval, percent_interval, share_interval
from measures.statistics.tails import LEVEL

__all__ = [
    "CALENDAR",
    "FINANCIAL",
    "LEVEL",
    "XMR_FACTOR",
    "ChanceTest",
    "Change",
    "Derived",
    "Dispersion",
    "Funnel",
    "FunnelPoint",
    "Gaps",
    "Incomparable",
    "Limits",
    "Place",
    "Process",
    "Projection",
    "Rank",
    "Rebase",
    "Rule",
    "Season",
    "Signal",
    "Statistic",
    "StatisticType",
    "Stretch",
    "Unit",
    "beside_last_year",
    "change",
    "comparable",
    "days_between",
    "derived_base",
    "derived_base_of_difference",
    "derived_count",
    "dispersion",
    "funnel",
    "g_limit",
    "gap_interval",
    "gap_probability",
    "gaps",
    "last_whole_quarter",
    "percent_interval",
    "plain_change",
    "poisson_interval",
    "prediction_interval",
    "process",
    "process_limits",
    "project",
    "quarter",
    "ranks",
    "rate",
    "rate_change",
    "rate_interval",
    "ratio_interval",
    "ratio_p_value",
    "rolling_sum",
    "rolling_year",
    "season",
    "share_change",
    "share_interval",
    "survey_change",
    "t_limits",
    "too_rare",
    "total",
    "whole_year",
    "year_before",
    "year_to_date",
]
