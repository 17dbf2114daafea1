"""The rules of docs/architecture.md, read off the source.

Each rule is a function from sources to what is wrong, and is shown on a made-up source that it finds it.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

LAYERS = [
    "govuk", "accounts", "audit", "crime_data", "partners", "priorities", "measures",
    "delivery_plans", "meetings", "dashboards", "csp_portal",
]  # fmt: skip
MAY_USE_CRIME_DATA = {"crime_data", "partners", "measures", "dashboards", "csp_portal"}

# Inside an app, left is imported by right.
STEPS = [
    {"models"},
    {"queries", "published"},
    {"services"},
    {"forms"},
    {"views", "tasks", "management", "admin"},
]
OWN_AFFAIR = {"views", "forms", "tasks", "admin"}
OWN = ("dashboards.forms.", "dashboards.downloads.")  # they ask and hand out; they read nothing
OPENS_PAGES = {
    "accounts.views", "csp_portal.views", "dashboards.api", "dashboards.figures",
    "dashboards.public", "partners.access",
}  # fmt: skip

PURE = (
    "crime_data.importers", "crime_data.months", "crime_data.packing", "crime_data.mapping",
    "crime_data.sums", "crime_data.shapes", "crime_data.breaks", "crime_data.composites",
    "crime_data.schedule", "crime_data.sensitive",
    "measures.statistics", "measures.judgement", "measures.charts",
    "measures.kinds", "measures.pasted", "measures.periods", "measures.promises", "measures.disclosure",
    "measures.library", "measures.narrative", "measures.printed",
)  # fmt: skip
ARITHMETIC = {"numpy"}
REVIEWED_TABLES = {"yaml"}
MARKDOWN = {"markdown_it", "nh3"}
RENDERERS = {"resvg_py"}
READERS = {"pyarrow"}  # large: imported where a file needs it


@dataclass(frozen=True)
class Import:
    line: int
    target: str  # "partners.models.Partnership"
    name: str  # as it is called here
    at_top: bool

    @property
    def parts(self) -> list[str]:
        return self.target.split(".")

    @property
    def of_project(self) -> bool:
        return self.parts[0] in LAYERS

    @property
    def module(self) -> str:
        """What stands in second place: models, queries, views, ..."""
        return self.parts[1] if len(self.parts) > 1 else ""


@dataclass(frozen=True)
class Module:
    path: str
    source: str = field(repr=False)

    @property
    def name(self) -> str:
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def app(self) -> str:
        return self.path.split("/")[0]

    @property
    def step(self) -> str:
        return self.name.partition(".")[2].split(".")[0]

    @property
    def tree(self) -> ast.Module:
        return _parsed(self.source)

    def imports(self) -> list[Import]:
        return _imports(self)

    def says(self, line: int, what: str) -> str:
        return f"{self.path}:{line} {what}"


@cache
def _parsed(source: str) -> ast.Module:
    return ast.parse(source)


@cache
def _imports(module: Module) -> list[Import]:
    """Every import, also inside functions, by import_module("...") and by get_model("app", ...)."""
    package = module.name if module.path.endswith("__init__.py") else module.name.rpartition(".")[0]
    top = set(module.tree.body)
    found = []
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            found += [Import(node.lineno, a.name, a.asname or a.name, node in top) for a in node.names]
        elif isinstance(node, ast.ImportFrom):
            start = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                start = ".".join([*above, *filter(None, [node.module])])
            found += [
                Import(node.lineno, f"{start}.{a.name}", a.asname or a.name, node in top) for a in node.names
            ]
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in ("import_module", "__import__"):
                found.append(Import(node.lineno, str(node.args[0].value), "", True))
            elif called == "get_model":
                app = str(node.args[0].value).split(".")[0]
                found.append(Import(node.lineno, f"{app}.models", "", True))
    return found


# --- the rules -------------------------------------------------------------------------------


def imports_point_downwards(modules: list[Module]) -> Iterator[str]:
    for module in modules:
        own = LAYERS.index(module.app)
        above = LAYERS[own + 1 :] if own else LAYERS[1:]
        for found in module.imports():
            if found.parts[0] in above:
                yield module.says(found.line, f"imports {found.target}, which stands above it")


def only_some_apps_touch_crime_data(modules: list[Module]) -> Iterator[str]:
    for module in modules:
        if module.app in MAY_USE_CRIME_DATA:
            continue
        for found in module.imports():
            if found.parts[0] == "crime_data":
                yield module.says(found.line, f"imports {found.target}")


def the_public_views_read_only_what_is_published(modules: list[Module]) -> Iterator[str]:
    for module in modules:
        if module.name not in ("dashboards.api", "dashboards.figures", "dashboards.public"):
            continue
        for found in module.imports():
            shown = found.module == "published" or found.module.startswith("published_")
            ours = ("partners.access.", "partners.unchanged.", *OWN)
            allowed = shown or found.target.startswith(ours)
            foreign = found.parts[0] not in {*sys.stdlib_module_names, "django"}
            wrong = not allowed if found.of_project else foreign
            if wrong or found.target.startswith("django.apps"):
                yield module.says(found.line, f"imports {found.target}")


def pages_are_opened_to_anyone_in_five_places(modules: list[Module]) -> Iterator[str]:
    for module in modules:
        if module.name in OPENS_PAGES:
            continue
        for found in module.imports():
            if found.parts[-1] in ("public_page", "login_not_required"):
                yield module.says(found.line, f"imports {found.parts[-1]}")


def dashboards_change_nothing(modules: list[Module]) -> Iterator[str]:
    for module in modules:
        if module.app != "dashboards":
            continue
        for found in module.imports():
            if found.of_project and found.module in ("services", "tasks"):
                yield module.says(found.line, f"imports {found.target}")
        if module.step == "models":
            yield module.says(1, "dashboards has no models")


def other_apps_views_forms_tasks_admin_and_private_names_are_theirs(modules: list[Module]) -> Iterator[str]:
    for module in modules:
        for found in module.imports():
            if not found.of_project or found.parts[0] == module.app:
                continue
            if module.name == "csp_portal.urls" and found.target.startswith("accounts.views."):
                continue
            if found.parts[0] != "govuk" and OWN_AFFAIR & set(found.parts[1:2]):
                yield module.says(found.line, f"imports {found.target}")
            if any(part.startswith("_") and not part.startswith("__") for part in found.parts):
                yield module.says(found.line, f"imports the private {found.target}")


def inside_an_app_right_imports_left(modules: list[Module]) -> Iterator[str]:
    def step_of(name: str) -> int | None:
        return next((at for at, names in enumerate(STEPS) if name in names), None)

    for module in modules:
        own = step_of(module.step)
        for found in module.imports():
            if found.parts[0] != module.app or own is None:
                continue
            theirs = step_of(found.module)
            sends = module.step == "services" and found.module == "tasks"
            if theirs is not None and theirs > own and not sends:
                yield module.says(found.line, f"imports {found.target}, which comes after it")


def what_calculates_knows_no_django(modules: list[Module]) -> Iterator[str]:
    """Pure modules import each other, the standard library and what is named above: no detour leads out."""
    packages = {pure.split(".")[0] for pure in PURE}
    for module in modules:
        if not _is_pure(module.name) and module.name not in packages:
            continue
        for found in module.imports():
            fine = _is_pure(found.target) or found.parts[0] in {
                *sys.stdlib_module_names,
                *ARITHMETIC,
                *REVIEWED_TABLES,
                *MARKDOWN,
                *READERS,
                *RENDERERS,
            }
            if not fine:
                yield module.says(found.line, f"imports {found.target}")


def _is_pure(name: str) -> bool:
    return any(name == pure or name.startswith(pure + ".") for pure in PURE)


def there_are_no_signals(modules: list[Module]) -> Iterator[str]:
    """But Django's own about signing in, in `audit`."""
    for module in modules:
        for found in module.imports():
            sign_in = module.app == "audit" and found.target.startswith("django.contrib.auth.signals")
            if ("signals" in found.parts or found.target.startswith("django.dispatch")) and not sign_in:
                yield module.says(found.line, f"imports {found.target}")
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Attribute) and node.attr == "signals":
                yield module.says(node.lineno, "uses signals")


def imports_stand_at_the_top(modules: list[Module]) -> Iterator[str]:
    """But a task's import of its own app, and a service's of its own tasks, which would be a circle."""
    for module in modules:
        for found in module.imports():
            own = found.parts[0] == module.app
            task = module.step == "tasks" and own and found.module in ("services", "models")
            sends = module.step == "services" and own and found.module == "tasks"
            reads = _is_pure(module.name) and found.parts[0] in READERS
            if not (found.at_top or task or sends or reads):
                yield module.says(found.line, f"imports {found.target} in the middle")


def inheritance_is_one_level_deep(modules: list[Module]) -> Iterator[str]:
    bases: dict[str, list[str]] = {}
    lines: dict[str, str] = {}
    for module in modules:
        names = {found.name: found.target for found in module.imports()}
        own = {node.name for node in ast.walk(module.tree) if isinstance(node, ast.ClassDef)}
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.ClassDef):
                continue
            full = f"{module.name}.{node.name}"
            lines[full] = module.says(node.lineno, node.name)
            bases[full] = []
            for base in map(ast.unparse, node.bases):
                first, _, rest = base.partition(".")
                known = f"{module.name}.{first}" if first in own else names.get(first, first)
                bases[full].append(f"{known}.{rest}" if rest else known)
    for name, parents in bases.items():
        for parent in parents:
            if any(grandparent in bases for grandparent in bases.get(parent, ())):
                yield f"{lines[name]} derives from {parent}, which derives from a class of ours already"


RULES = [
    imports_point_downwards,
    only_some_apps_touch_crime_data,
    the_public_views_read_only_what_is_published,
    pages_are_opened_to_anyone_in_five_places,
    dashboards_change_nothing,
    other_apps_views_forms_tasks_admin_and_private_names_are_theirs,
    inside_an_app_right_imports_left,
    what_calculates_knows_no_django,
    there_are_no_signals,
    imports_stand_at_the_top,
    inheritance_is_one_level_deep,
]


# --- the project keeps them ------------------------------------------------------------------


@pytest.fixture(scope="module")
def project() -> list[Module]:
    base = Path(settings.BASE_DIR)
    paths = [path for app in LAYERS for path in sorted((base / app).rglob("*.py"))]
    return [Module(path.relative_to(base).as_posix(), path.read_text()) for path in paths]


def test_every_app_of_the_project_has_its_layer(project):
    own = {
        config.name
        for config in apps.get_app_configs()
        if Path(config.path).parent == Path(settings.BASE_DIR)
    }

    assert own == set(LAYERS) - {"govuk"}
    assert {module.app for module in project} == set(LAYERS)


@pytest.mark.once
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_project_keeps_the_rule(project, rule):
    assert list(rule(project)) == []


def test_foreign_keys_point_downwards():
    wrong = []
    for model in apps.get_models():
        if model._meta.app_label not in LAYERS:
            continue
        for relation in model._meta.get_fields():
            if relation.auto_created or not relation.is_relation:
                continue
            here, there = model._meta.app_label, relation.related_model._meta.app_label
            up = there in LAYERS and LAYERS.index(there) > LAYERS.index(here)
            if up or (there == "crime_data" and here not in MAY_USE_CRIME_DATA):
                wrong.append(f"{model.__name__}.{relation.name} -> {there}")
    assert wrong == []


# --- and the rules can fail ------------------------------------------------------------------

BROKEN = {
    imports_point_downwards: [
        {"partners/models.py": "from priorities.models import Priority"},
        {"audit/services.py": "def f():\n    import partners.permissions"},
        {"accounts/models.py": "M = import_module('partners.models')"},
        {"accounts/models.py": "M = apps.get_model('partners.RoleGrant')"},
        {"govuk/forms.py": "from accounts.models import User"},
    ],
    only_some_apps_touch_crime_data: [
        {"priorities/models.py": "from crime_data.models import CrimeType"},
        {"meetings/queries.py": "from crime_data.months import label"},
    ],
    the_public_views_read_only_what_is_published: [
        {"dashboards/public.py": "from meetings.models import Meeting"},
        {"dashboards/public.py": "from meetings import queries"},
        {"dashboards/public.py": "from partners.permissions import allowed"},
        {"dashboards/public.py": "from django.apps import apps"},
        {"dashboards/public.py": "import pandas"},
    ],
    pages_are_opened_to_anyone_in_five_places: [
        {"delivery_plans/views.py": "from partners.access import public_page"},
        {"dashboards/board.py": "from django.contrib.auth.decorators import login_not_required as free"},
    ],
    dashboards_change_nothing: [
        {"dashboards/board.py": "from delivery_plans.services import edit_action"},
        {"dashboards/board.py": "from delivery_plans import services"},
        {"dashboards/models.py": ""},
    ],
    other_apps_views_forms_tasks_admin_and_private_names_are_theirs: [
        {"meetings/views.py": "from delivery_plans.views import action"},
        {"meetings/forms.py": "from delivery_plans import forms"},
        {"csp_portal/urls.py": "from dashboards.views import home"},
        {"measures/queries.py": "from crime_data.queries import _joined"},
    ],
    inside_an_app_right_imports_left: [
        {"meetings/models.py": "from meetings.queries import next_meeting"},
        {"meetings/queries.py": "from meetings import services"},
        {"meetings/services.py": "from .views import meeting"},
    ],
    what_calculates_knows_no_django: [
        {"measures/charts/trend.py": "from django.utils.html import escape"},
        {"measures/statistics.py": "from crime_data.queries import figures"},
        {"crime_data/importers/ons.py": "from crime_data.models import Area"},
        {"crime_data/importers/ons.py": "from .. import models"},
        {"measures/__init__.py": "from measures.models import Measure"},
    ],
    there_are_no_signals: [
        {"partners/apps.py": "from django.db.models.signals import post_save"},
        {"partners/apps.py": "from django.db import models\nmodels.signals.post_save.connect(f)"},
        {"audit/apps.py": "from django.dispatch import receiver"},
        {"partners/apps.py": "from django.contrib.auth.signals import user_logged_in"},
    ],
    imports_stand_at_the_top: [
        {"meetings/views.py": "def page(request):\n    import csv"},
        {"meetings/tasks.py": "def task():\n    from partners.models import Partnership"},
        {"meetings/services.py": "def send():\n    from crime_data.tasks import run_import"},
        {"meetings/models.py": "try:\n    import ujson\nexcept ImportError:\n    pass"},
    ],
    inheritance_is_one_level_deep: [
        {"meetings/models.py": "class A: ...\nclass B(A): ...\nclass C(B): ..."},
        {
            "audit/models.py": "class Approvable(models.Model): ...",
            "meetings/models.py": "from audit.models import Approvable\nclass Paper(Approvable): ...",
            "dashboards/board.py": "from meetings import models\nclass Other(models.Paper): ...",
        },
    ],
}
SOUND = [
    {"audit/apps.py": "from django.contrib.auth.signals import user_logged_in"},
    {"partners/models.py": "from crime_data.models import Area"},
    {"crime_data/tasks.py": "def task():\n    from crime_data import services"},
    {"crime_data/services.py": "def ask():\n    from crime_data.tasks import run_import"},
    {"csp_portal/urls.py": "from accounts.views import sign_in"},
    {"meetings/forms.py": "from govuk.forms import DatePartsField"},
    {"crime_data/importers/ons.py": "import numpy\nfrom crime_data.importers.contract import BadFile"},
    {"dashboards/public.py": "from partners.access import public_page\nfrom meetings import published"},
    {"audit/models.py": "class A(models.Model):\n    class Meta: ...\nclass B(A):\n    class Meta: ..."},
]


@pytest.mark.once
@pytest.mark.parametrize(
    ("rule", "sources"),
    [(rule, sources) for rule in RULES for sources in BROKEN[rule]],
    ids=lambda part: getattr(part, "__name__", None),
)
def test_the_rule_finds_a_source_that_breaks_it(rule, sources):
    assert list(rule([Module(path, source) for path, source in sources.items()]))


@pytest.mark.once
@pytest.mark.parametrize("sources", SOUND, ids=lambda sources: next(iter(sources)))
def test_what_the_rules_allow_is_not_found(sources):
    modules = [Module(path, source) for path, source in sources.items()]

    assert [wrong for rule in RULES for wrong in rule(modules)] == []
