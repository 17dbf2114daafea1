"""What no template may hold: the policy refuses it, htmx would evaluate it, or someone cannot see it.

Each rule is shown on a made-up line that it finds it.
"""

import ast
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.once

BASE = Path(settings.BASE_DIR)
TEMPLATES = sorted(path for path in (BASE / "templates").rglob("*") if path.is_file())
MARKS_SAFE = {"measures/queries/drawings.py", "measures/queries/commentaries.py"}
SAFE_NAMES = {"mark_safe", "SafeString", "SafeText", "SafeData", "html_safe"}


class Tags(HTMLParser):
    """The tags of a template without its Django parts, and what is wrong with them."""

    def __init__(self, source: str):
        super().__init__()
        self.found: list[str] = []
        self.script = self.post = False
        self.token = False
        source = re.sub(r"{#.*?#}", "", source)
        source = re.sub(r"{%\s*csrf_token\s*%}", "<csrf-token>", source)
        source = re.sub(r"{{.*?}}", "x", re.sub(r"{%.*?%}", " ", source))
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attributes):
        given = {name: value or "" for name, value in attributes}
        for name, value in given.items():
            name = name.removeprefix("data-")
            if name == "style":
                self.found.append(f"<{tag} style>")
            if re.fullmatch(r"on[a-z]+", name) or name.startswith("hx-on"):
                self.found.append(f"<{tag} {name}>")
            if name in ("hx-vals", "hx-headers", "hx-vars") and re.match(r"\s*(js|javascript):", value):
                self.found.append(f"{name} is evaluated: {value}")
            if name == "hx-vars" or (name == "hx-trigger" and "[" in value):
                self.found.append(f"{name} is evaluated: {value}")
            if re.match(r"\s*javascript:", value):
                self.found.append(f"<{tag} {name}={value}>")
        if tag == "style":
            self.found.append("<style>")
        if tag == "img" and "alt" not in given:
            self.found.append("<img> without alt")
        if tag == "script":
            self.script = True
            if "src" not in given:
                self.found.append("<script> without src")
        if tag == "form":
            self.post, self.token = given.get("method", "").lower() == "post", False
        if tag == "csrf-token":
            self.token = True

    def handle_data(self, data):
        if self.script and data.strip():
            self.found.append("<script> with content")

    def handle_endtag(self, tag):
        if tag == "script":
            self.script = False
        if tag == "form":
            if self.post and not self.token:
                self.found.append("<form method=post> without csrf_token")
            self.post = False


def wrong_in(source: str) -> list[str]:
    found = re.findall(r"\|\s*(?:safe|safeseq)\b|{%\s*autoescape\s+off|{%\s*debug\b", source)
    return found + Tags(source).found


def marked_safe_in(source: str) -> list[str]:
    nodes = ast.walk(ast.parse(source))
    used = {
        getattr(node, "id", None) or getattr(node, "attr", None) or getattr(node, "name", None)
        for node in nodes
    }
    return sorted(used & SAFE_NAMES)


def test_there_are_templates():
    assert len(TEMPLATES) > 40


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(BASE / "templates").as_posix())
def test_a_template_holds_nothing_that_is_refused(path):
    assert wrong_in(path.read_text()) == []


def test_text_is_marked_safe_in_one_place_only():
    sources = [path for init in BASE.glob("*/__init__.py") for path in init.parent.rglob("*.py")]

    found = {path.relative_to(BASE).as_posix() for path in sources if marked_safe_in(path.read_text())}

    assert found == MARKS_SAFE


@pytest.mark.parametrize(
    "source",
    [
        "{{ narrative|safe }}",
        "{{ names| safeseq|join:', ' }}",
        "{% autoescape off %}{{ narrative }}{% endautoescape %}",
        "<p style='color: red'>",
        '<p{% if late %} style="color: red"{% endif %}>',
        "<style>p { color: red }</style>",
        '<button onclick="save()">',
        "<body {% block body %}onload=start(){% endblock %}>",
        "<script>alert(1)</script>",
        "<script src='a.js'>alert(1)</script>",
        "<script type='application/json'>{}</script>",
        '<div hx-on:click="save()">',
        '<div data-hx-on-click="save()">',
        """<div hx-vals='js:{"now": Date.now()}'>""",
        '<div hx-vars="now:Date.now()">',
        '<div hx-trigger="click[event.ctrlKey]">',
        '<a href="javascript:save()">',
        '<img src="map.png">',
        '<form method="post"><button>Send</button></form>',
    ],
)
def test_what_is_refused_is_found(source):
    assert wrong_in(source)


@pytest.mark.parametrize(
    "source",
    [
        "{# There is no style='' here #}<p>{{ narrative|linebreaksbr }}</p>",
        '<div hx-get="{{ run.url }}" hx-trigger="every 2s">',
        '<img src="map.png" alt="">',
        "<script src=\"{% static 'js/portal.js' %}\"></script>",
        '<form method="post">{% csrf_token %}<button>Send</button></form>',
        '<form method="get"><input name="on"></form>',
        "<{{ heading }} class='figure__headline'>On one line</{{ heading }}>",
    ],
)
def test_what_is_allowed_is_not_found(source):
    assert wrong_in(source) == []


def test_marking_safe_is_found_however_it_is_written():
    assert marked_safe_in("from django.utils.safestring import mark_safe as fine")
    assert marked_safe_in("from django.utils import safestring\nsafestring.mark_safe(text)")
    assert marked_safe_in("SafeString(text)")
    assert not marked_safe_in("from django.utils.html import format_html")
