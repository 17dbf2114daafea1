"""Parts of pages that are drawn once."""

from dataclasses import dataclass

import pytest
from django.template import Context, Engine, Template
from django.template.loader import get_template

from partners.models import Organisation

RAG = '{% load remembered %}{% remembered "components/rag.html" rag=rag %}'


@dataclass(frozen=True)
class Action:
    title: str
    lead: str = "Police"
    due_on: None = None
    completed_on: None = None
    is_overdue: bool = False
    illustrative: bool = False
    latest: None = None
    standing: str = "green"


def drawn(source: str, **given) -> str:
    return Template(source).render(Context(given))


def test_a_remembered_part_is_the_part_itself():
    for rag in ("green", "red", None):
        assert drawn(RAG, rag=rag) == get_template("components/rag.html").render({"rag": rag})


def test_a_part_is_found_again_by_what_it_shows():
    source = '{% load remembered %}{% remembered "components/public_action.html" action=action %}'

    assert "Patrols" in drawn(source, action=Action("Patrols"))
    assert "Lights" in drawn(source, action=Action("Lights"))


def test_what_is_shown_is_escaped():
    source = '{% load remembered %}{% remembered "components/public_action.html" action=action %}'

    assert "<script>" not in drawn(source, action=Action("<script>"))


def test_a_part_sees_nothing_but_what_it_is_given():
    source = '{% load remembered %}{% remembered "components/illustrative.html" %}'

    assert "secret" not in drawn(source, text="secret")


@pytest.mark.parametrize(
    "thing",
    [Organisation(pk=1, name="Police"), Action(Organisation(pk=1)), (Organisation(pk=1),), ["changes"]],
)
def test_a_record_or_what_can_change_is_refused(thing):
    with pytest.raises(TypeError):
        drawn(RAG, rag=thing)


def test_once_is_drawn_once_for_each_answer():
    template = Engine(libraries={"remembered": "dashboards.templatetags.remembered"}).from_string(
        "{% load remembered %}{% once drawn %}{{ words }}{% endonce %} {{ words }}"
    )
    answer: dict = {}

    assert template.render(Context({"drawn": answer, "words": "first"})) == "first first"
    assert template.render(Context({"drawn": answer, "words": "second"})) == "first second"
    assert template.render(Context({"drawn": {}, "words": "third"})) == "third third"
