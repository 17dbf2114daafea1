from datetime import date

import pytest

from partners.models import Membership
from partners.published import governance_tree, partner_groups, partnerships
from tests.factories import make_body, make_membership, make_organisation, make_partnership

pytestmark = pytest.mark.django_db

DAY = date(2026, 5, 20)
BEFORE, AFTER = date(2026, 5, 19), date(2026, 5, 21)


@pytest.fixture
def partnership():
    return make_partnership()


def drawn(tree, depth=0):
    """The tree as lines, each body below the one it reports to."""
    return [line for body in tree for line in ["  " * depth + body.name, *drawn(body.children, depth + 1)]]


# --- governance ------------------------------------------------------------------------------


def test_bodies_stand_below_the_one_they_report_to_in_their_order(partnership):
    board = make_body(partnership=partnership, name="Board")
    make_body(partnership=partnership, name="Second", parent=board, order=2)
    first = make_body(partnership=partnership, name="First", parent=board, order=1)
    make_body(partnership=partnership, name="Below the first", parent=first)

    assert drawn(governance_tree(partnership, DAY)) == ["Board", "  First", "    Below the first", "  Second"]


def test_a_body_says_whom_it_reports_to(partnership):
    board = make_body(partnership=partnership, name="Board")
    make_body(partnership=partnership, name="Group", parent=board)

    [top] = governance_tree(partnership, DAY)

    assert (top.reports_to, top.children[0].reports_to) == ("", "Board")


@pytest.mark.parametrize(
    ("days", "shown"),
    [
        ({}, True),
        ({"starts_on": DAY}, True),
        ({"ends_on": DAY}, True),
        ({"starts_on": AFTER}, False),
        ({"ends_on": BEFORE}, False),
    ],
)
def test_the_tree_is_that_of_a_day(partnership, days, shown):
    make_body(partnership=partnership, name="Group", **days)

    assert drawn(governance_tree(partnership, DAY)) == (["Group"] if shown else [])


def test_a_body_whose_parent_has_ended_stands_at_the_top(partnership):
    ended = make_body(partnership=partnership, name="Old board", ends_on=BEFORE)
    group = make_body(partnership=partnership, name="Group", parent=ended)
    make_body(partnership=partnership, name="Panel", parent=group)

    assert drawn(governance_tree(partnership, DAY)) == ["Group", "  Panel"]
    assert governance_tree(partnership, DAY)[0].reports_to == ""
    assert drawn(governance_tree(partnership, BEFORE)) == ["Old board", "  Group", "    Panel"]


def test_another_partnership_s_bodies_are_not_in_the_tree(partnership):
    make_body(name="Elsewhere")

    assert governance_tree(partnership, DAY) == []


def test_a_restricted_body_is_named_and_marked(partnership):
    make_body(partnership=partnership, name="Panel", restricted=True)

    [panel] = governance_tree(partnership, DAY)

    assert (panel.name, panel.restricted) == ("Panel", True)


def test_a_tree_is_one_query_however_deep(partnership, django_assert_num_queries):
    parent = None
    for _ in range(8):
        parent = make_body(partnership=partnership, parent=parent)

    with django_assert_num_queries(1):
        assert len(drawn(governance_tree(partnership, DAY))) == 8


# --- partners --------------------------------------------------------------------------------


def test_partners_stand_under_their_printed_headings_in_printed_order(partnership):
    for order, (heading, name) in enumerate(
        [
            ("Statutory partner", "Police"),
            ("Associate", "Neighbourhood Watch"),
            ("Statutory partner", "Council"),
        ]
    ):
        make_membership(
            partnership=partnership,
            organisation=make_organisation(name=name),
            as_published=heading,
            order=order,
        )

    groups = partner_groups(partnership, DAY)

    assert [(g.heading, [p.name for p in g.partners]) for g in groups] == [
        ("Statutory partner", ["Police", "Council"]),
        ("Associate", ["Neighbourhood Watch"]),
    ]


def test_a_partner_without_a_printed_heading_stands_under_its_standing_in_law(partnership):
    make_membership(partnership=partnership, kind=Membership.Kind.COOPERATING)

    assert [group.heading for group in partner_groups(partnership, DAY)] == ["Co-operating body"]


def test_a_partner_has_the_name_that_was_printed(partnership):
    probation = make_organisation(name="London Probation Service", sector="probation")
    make_membership(partnership=partnership, organisation=probation, printed_name="Probation")

    [[partner]] = [group.partners for group in partner_groups(partnership, DAY)]

    assert (partner.name, partner.sector) == ("Probation", "Probation")


@pytest.mark.parametrize("days", [{"starts_on": AFTER}, {"ends_on": BEFORE}])
def test_partners_are_those_of_a_day(partnership, days):
    make_membership(partnership=partnership, **days)

    assert partner_groups(partnership, DAY) == []


def test_partners_are_one_query(partnership, django_assert_num_queries):
    for _ in range(5):
        make_membership(partnership=partnership)

    with django_assert_num_queries(1):
        partner_groups(partnership, DAY)


def test_partnerships_are_listed_by_name():
    make_partnership(name="Camden")
    make_partnership(name="Barnet")

    assert [found.name for found in partnerships()] == ["Barnet", "Camden"]
