"""What is kept until something is written: on both databases, by this connection or by another one."""

import threading
from datetime import date

import pytest
import time_machine
from django.db import connection, transaction

from partners.models import Organisation
from partners.unchanged import KEPT, while_unchanged
from tests.factories import make_organisation


@pytest.fixture
def names():
    """A function that reads, with a list of how often it was asked."""
    asked: list[int] = []

    @while_unchanged
    def read(number: int = 0) -> list[str]:
        asked.append(number)
        return sorted(Organisation.objects.values_list("name", flat=True))

    read.asked = asked
    return read


def elsewhere(act):
    """Do it over a connection of another thread, to its end."""

    def run():
        act()
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


@pytest.mark.django_db(transaction=True)
def test_an_answer_is_kept_until_this_connection_writes(names):
    make_organisation(name="Police")

    assert names() is names()
    make_organisation(name="Fire brigade")

    assert names() == ["Fire brigade", "Police"]
    assert len(names.asked) == 2


@pytest.mark.django_db(transaction=True)
def test_what_another_connection_writes_is_seen_at_once(names):
    assert names() == []

    elsewhere(lambda: make_organisation(name="Police"))
    assert names() == ["Police"]

    elsewhere(lambda: Organisation.objects.update(name="Met Police"))
    assert names() == ["Met Police"]

    elsewhere(lambda: Organisation.objects.all().delete())
    assert names() == []


@pytest.mark.django_db(transaction=True)
def test_nothing_is_kept_of_what_a_transaction_may_undo(names):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        make_organisation(name="Police")
        assert names() == ["Police"]
        raise ZeroDivisionError

    assert names() == []


@pytest.mark.skipif(connection.vendor == "sqlite", reason="in memory, readers wait for a writer")
@pytest.mark.django_db(transaction=True)
def test_what_a_transaction_has_not_yet_committed_is_not_kept_by_others(names):
    """It is begun before and committed after somebody else has read."""
    begun, read = threading.Event(), threading.Event()

    def write():
        with transaction.atomic():
            make_organisation(name="Police")
            begun.set()
            read.wait(10)
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    assert begun.wait(10)
    assert names() == []
    read.set()
    writer.join()

    assert names() == ["Police"]


@pytest.mark.django_db(transaction=True)
def test_another_day_another_answer(names):
    with time_machine.travel(date(2026, 5, 20), tick=False):
        names()
        names()
    with time_machine.travel(date(2026, 5, 21), tick=False):
        names()

    assert len(names.asked) == 2


@pytest.mark.django_db(transaction=True)
def test_each_question_has_its_own_answer_and_the_oldest_are_forgotten(names):
    for number in range(KEPT + 1):
        names(number)
    names(KEPT)
    names(0)

    assert names.asked == [*range(KEPT + 1), 0]
