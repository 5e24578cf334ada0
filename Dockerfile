# One image for every process of Clew; docker-compose.yml says which one it becomes.
FROM python:3.12-slim AS packages
COPY requirements/base.txt /tmp/base.txt
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --require-hashes -r /tmp/base.txt

FROM python:3.12-slim
RUN groupadd --gid 10001 clew \
    && useradd --uid 10001 --gid clew --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin clew \
    && install -d -o clew -g clew -m 0700 /var/lib/clew
COPY --from=packages /opt/venv /opt/venv
COPY . /opt/clew
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=diagnosis_app.settings \
    CLEW_VAR=/var/lib/clew
WORKDIR /opt/clew
USER clew
VOLUME /var/lib/clew
EXPOSE 8000
CMD ["uvicorn", "diagnosis_app.asgi:application", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", \
     "--no-access-log", "--no-server-header", "--lifespan", "off", "--timeout-graceful-shutdown", "3"]
