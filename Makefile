# Works with GNU make 3.81 (macOS) and newer. `make` alone lists the commands.
VENV ?= .venv
PORT ?= 8000
ROUNDS ?= 3
PY = $(VENV)/bin/python
export VENV

# What mypy reads: the services, the queries and the modules with the arithmetic.
TYPED = $(wildcard */services.py */queries.py */published.py crime_data/services crime_data/queries \
	crime_data/importers crime_data/months.py crime_data/packing.py crime_data/mapping.py \
	crime_data/sums.py crime_data/shapes.py crime_data/breaks.py crime_data/composites.py \
	crime_data/schedule.py crime_data/downloads.py crime_data/addresses.py \
	measures/statistics measures/judgement measures/charts measures/queries measures/figures measures/services \
	$(filter-out measures/apps.py measures/models.py measures/urls.py measures/published.py,$(wildcard measures/*.py)) \
	dashboards/quarterly.py dashboards/quarters.py audit/workflow.py partners/permissions.py)

UV = $(PY) -m uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --quiet --custom-compile-command "make lock" \
	$(if $(UPGRADE),--upgrade)

# The settings of a service, as docker-compose.yml makes them; nothing is connected to.
SERVICE = SECRET_KEY=only-to-check-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEF HTTPS=1 \
	ALLOWED_HOSTS=portal.example DATABASE_URL=postgres://portal:portal@localhost/portal REDIS_URL=redis://localhost

.PHONY: help demo test test-fast bench-import bench-pages bench-charts check fix lock vendor clean venv

help:
	@echo "make demo        start the portal with a worked example at http://127.0.0.1:$(PORT)"
	@echo "                 PORT=8001 another port; FIGURES=folder your own published figures"
	@echo "make test        all tests, on SQLite and on PostgreSQL; ARGS=\"-k word\" is passed to pytest"
	@echo "make test-fast   tests on SQLite without the browser and without started processes"
	@echo "make bench-import  the importer against COPY and sqlite3's .import; ROUNDS=5 for more rounds"
	@echo "make bench-pages   the dashboards against a bare view, Wagtail and Dash; ROUNDS=5 for more rounds"
	@echo "make bench-charts  what one chart costs, against its limits and plotly.py"
	@echo "make check       lint, formatting, types, templates, migrations"
	@echo "make fix         put right what the tools can put right by themselves"
	@echo "make lock        requirements*.txt from pyproject.toml; UPGRADE=1 takes newer versions"
	@echo "make vendor      fetch the front-end files in static/vendor again"
	@echo "make clean       remove the environment, the demo's data and caches"

demo:
	@scripts/venv.sh run
	@env -u DATABASE_URL -u REDIS_URL -u SECRET_KEY DATA_DIR=var/demo DEMO=1 \
		$(PY) manage.py demo --port $(PORT) $(if $(FIGURES),--figures "$(FIGURES)")

test: venv
	@$(PY) -m scripts.test $(ARGS)

test-fast: venv
	@$(PY) -m pytest -n 2 -m "not browser and not services" $(ARGS)

bench-import: venv
	@$(PY) -m scripts.bench.import_bench --rounds $(ROUNDS)

bench-pages: venv
	@$(PY) -m scripts.bench.pages_bench --rounds $(ROUNDS)

bench-charts: venv
	@$(PY) -m scripts.bench.chart_bench

check: venv
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m djlint --lint --quiet templates
	$(SERVICE) $(PY) manage.py check --deploy --fail-level WARNING
	$(PY) manage.py makemigrations --check --dry-run
	$(PY) -m mypy $(TYPED)

fix: venv
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

lock: venv
	@$(PY) -m pip install --quiet --disable-pip-version-check "uv>=0.13"
	$(UV) --output-file requirements.txt
	$(UV) --group dev --constraint requirements.txt --output-file requirements-dev.txt
	@if grep -n "://" requirements.txt requirements-dev.txt; then echo "A lock file names an address."; exit 1; fi

vendor: venv
	$(PY) scripts/vendor_frontend.py

clean:
	rm -rf $(VENV) var/demo staticfiles .pytest_cache .mypy_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

venv:
	@scripts/venv.sh dev
