# The portal's image: web server, worker and schedule differ only in the command (docker-compose.yml).
FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 DATA_DIR=/data

RUN useradd --system --uid 10001 --home-dir /data --create-home portal
WORKDIR /app

COPY requirements.txt .
RUN pip install --require-hashes --only-binary :all: -r requirements.txt

COPY . .
# The folder must be there before Django starts: with it the settings choose compressed files with hashed names.
RUN mkdir staticfiles \
    && DATA_DIR=/tmp/build SECRET_KEY=only-while-the-image-is-built-never-at-run-time \
       python manage.py collectstatic --noinput --verbosity 0 \
    && rm -rf /tmp/build

USER portal
VOLUME /data
EXPOSE 8000

# Asked for by the portal's own name and as if by https, so that neither check turns it away.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(u.Request('http://127.0.0.1:8000/healthz/', headers={'Host': os.environ.get('ALLOWED_HOSTS', 'localhost').split(',')[0], 'X-Forwarded-Proto': 'https'}), timeout=4)"]

CMD ["python", "-m", "gunicorn", "csp_portal.wsgi", "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--bind", "0.0.0.0:8000", "--no-control-socket", "--worker-tmp-dir", "/dev/shm", "--access-logfile", "-"]
