# One image for API, workers and migrations; docker-compose.yml says which command each runs.

FROM node:22.20.0-bookworm-slim AS assets
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY templates templates
COPY activities activities
COPY domain domain
COPY integrations integrations
COPY web web
RUN npm run build

FROM python:3.11.14-slim-bookworm AS packages
COPY requirements.lock ./
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: --requirement requirements.lock

FROM python:3.11.14-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MAINSPRING_HOME=/var/lib/mainspring
RUN useradd --system --uid 10001 --home-dir /var/lib/mainspring --create-home mainspring
COPY --from=packages /opt/venv /opt/venv
WORKDIR /srv/mainspring
COPY . .
COPY --from=assets /build/web/static/dist web/static/dist
RUN python -m compileall -q .
USER 10001
VOLUME /var/lib/mainspring
EXPOSE 8000
CMD ["uvicorn", "api.app:app", "--host", "0.0.0.0", "--port", "8000", "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--no-server-header"]
