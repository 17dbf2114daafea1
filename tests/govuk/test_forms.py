"""Forms come out in the Design System's markup, and dates are typed in three parts."""

from datetime import date

import pytest
from django import forms

from govuk.forms import DatePartsField, GovukRenderer


class ActionForm(forms.Form):
    title = forms.CharField(
        label="Title", help_text="What will be done", error_messages={"required": "Enter a title"}
    )
    narrative = forms.CharField(label="Narrative", widget=forms.Textarea, max_length=200, required=False)
    rating = forms.ChoiceField(
        label="How is it going?",
        choices=[("", "---------"), ("green", "On track"), ("red", "Off track")],
        widget=forms.RadioSelect(attrs={"class": "govuk-radios--inline"}),
        error_messages={"required": "Say how it is going"},
    )
    due = DatePartsField(label="Due date")
    shared = forms.BooleanField(label="Show it to partners", required=False)


def make_form(*args, **given):
    return ActionForm(*args, renderer=GovukRenderer(), **given)


def typed(day, month, year):
    return {"due_day": day, "due_month": month, "due_year": year}


def due_errors(day, month, year):
    return make_form(typed(day, month, year)).errors.get("due")


def test_a_field_has_its_label_and_hint_before_its_input():
    html = make_form()["title"].as_field_group()

    assert html.index("govuk-label") < html.index("govuk-hint") < html.index("<input")
    assert 'for="id_title"' in html
    assert 'aria-describedby="id_title_helptext"' in html


def test_an_error_stands_above_the_input_and_is_read_out_with_it():
    html = make_form({})["title"].as_field_group()

    assert "govuk-form-group--error" in html
    assert '<span class="govuk-visually-hidden">Error:</span> Enter a title' in html
    assert 'aria-describedby="id_title_helptext id_title_error"' in html
    assert 'class="govuk-input govuk-input--error"' in html


def test_a_form_without_data_shows_no_error_summary():
    assert "govuk-error-summary" not in str(make_form())


def test_each_link_in_the_error_summary_leads_to_an_input():
    html = str(make_form(typed("12", "", "2027")))

    for target in ("id_title", "id_rating_1", "id_due_1"):
        assert f'href="#{target}"' in html
        assert f'id="{target}"' in html
    assert html.index("govuk-error-summary") < html.index("govuk-form-group")


def test_an_error_of_the_whole_form_is_in_the_summary():
    form = make_form({})
    form.add_error(None, "Choose a lead organisation from your partnership")

    assert "<li>Choose a lead organisation from your partnership</li>" in str(form)


def test_what_was_typed_is_escaped_and_kept():
    html = str(make_form({"title": '"><script>alert(1)</script>', **typed("31", "2", "2027")}))

    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert 'name="due_day" value="31"' in html


def test_optional_fields_say_so_and_single_checkboxes_do_not():
    form = make_form()

    assert "Narrative (optional)" in form["narrative"].as_field_group()
    assert "(optional)" not in form["title"].as_field_group()
    assert "(optional)" not in form["shared"].as_field_group()


def test_a_filter_form_may_leave_the_word_optional_out():
    form = make_form()
    form.mark_optional = False

    assert "(optional)" not in str(form)


def test_radios_are_a_named_group_without_an_empty_choice():
    html = make_form()["rating"].as_field_group()

    assert "How is it going?</legend>" in html
    assert "---------" not in html
    assert html.count('type="radio"') == 2
    assert 'class="govuk-radios govuk-radios--inline"' in html


def test_a_long_text_may_be_pasted_whole_and_is_counted():
    html = make_form()["narrative"].as_field_group()

    assert "maxlength=" not in html.replace("data-maxlength=", "")
    assert 'data-maxlength="200"' in html
    assert 'aria-describedby="id_narrative-info"' in html


def test_the_browser_does_not_word_the_errors_and_nothing_is_styled_inline():
    html = str(make_form({}))

    assert " required" not in html
    assert "style=" not in html


def test_a_date_is_asked_in_three_labelled_parts():
    html = make_form(initial={"due": date(2027, 3, 31)})["due"].as_field_group()

    assert "Due date</legend>" in html
    for number, (part, value) in enumerate({"day": 31, "month": 3, "year": 2027}.items()):
        assert f'for="id_due_{number}">{part.capitalize()}</label>' in html
        assert f'name="due_{part}" value="{value}" inputmode="numeric"' in html


@pytest.mark.parametrize(
    ("day", "month", "year"),
    [("5", "3", "2027"), ("05", "03", " 2027 "), ("5", "March", "2027"), ("5", "mar", "2027")],
)
def test_a_date_may_be_typed_as_people_write_it(day, month, year):
    form = make_form({"title": "Lights", "rating": "green", **typed(day, month, year)})

    assert form.is_valid(), form.errors
    assert form.cleaned_data["due"] == date(2027, 3, 5)


@pytest.mark.parametrize(
    ("day", "month", "year", "message"),
    [
        ("", "", "", "Enter the due date"),
        ("", "3", "2027", "Due date must include a day"),
        ("5", "", "", "Due date must include a month and year"),
        ("31", "2", "2027", "Due date must be a real date"),
        ("5", "Merch", "2027", "Due date must be a real date"),
        ("0", "13", "0000", "Due date must be a real date"),
        ("5", "3", "27", "Year must include 4 numbers"),
        ("9" * 5000, "3", "2027", "Due date must be a real date"),
    ],
)
def test_a_wrong_date_is_refused_in_words_that_help(day, month, year, message):
    assert due_errors(day, month, year) == [message]


def test_only_the_part_to_put_right_is_marked():
    html = make_form(typed("5", "", "2027"))["due"].as_field_group()

    assert html.count("govuk-input--error") == 1
    assert (
        'id="id_due_1" class="govuk-input govuk-date-input__input govuk-input--width-2 govuk-input--error"'
        in html
    )


def test_an_error_added_later_marks_the_whole_date():
    form = make_form({"title": "Lights", "rating": "green", **typed("5", "3", "2020")})
    form.add_error("due", "Due date must be in the future")

    assert form["due"].as_field_group().count("govuk-input--error") == 3


def test_an_optional_date_may_be_empty():
    class Form(forms.Form):
        completed_on = DatePartsField(required=False)

    form = Form({}, renderer=GovukRenderer())

    assert form.is_valid()
    assert form.cleaned_data["completed_on"] is None


def test_a_date_that_stays_the_same_has_not_changed():
    same = make_form(typed("31", "3", "2027"), initial={"due": date(2027, 3, 31)})
    other = make_form(typed("30", "3", "2027"), initial={"due": date(2027, 3, 31)})

    assert "due" not in same.changed_data
    assert "due" in other.changed_data


def test_a_date_without_a_label_takes_its_name_from_the_form():
    class Form(forms.Form):
        review_on = DatePartsField()

    assert Form({}, renderer=GovukRenderer()).errors["review_on"] == ["Enter the review on"]


def test_a_form_with_a_prefix_keeps_its_parts_apart():
    form = make_form(
        {f"plan-{name}": value for name, value in typed("5", "3", "2027").items()}, prefix="plan"
    )

    assert "due" not in form.errors
    assert 'name="plan-due_day"' in str(form)
