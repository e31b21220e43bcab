# The service, without a database: DATABASE_URL names one. The build asks only the package index.
FROM python:3.11-slim AS build
WORKDIR /award
COPY requirements.lock ./
RUN python -m venv .venv \
 && .venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock

FROM python:3.11-slim
RUN useradd --system --uid 10001 --create-home award \
 && install -d -o award -g award -m 0700 /data
WORKDIR /award
COPY --from=build /award/.venv .venv
COPY alembic.ini ./
COPY migrations migrations
COPY app app
USER award
ENV PATH=/award/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    QUALITY_AWARD_FOLDER=/data QUALITY_AWARD_HOST=0.0.0.0 QUALITY_AWARD_PORT=8600
VOLUME /data
EXPOSE 8600
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8600/healthz', timeout=2)"]
CMD ["python", "-m", "app.cli", "serve"]
