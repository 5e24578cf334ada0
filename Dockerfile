# One image for every process of Clew; docker-compose.yml says which one it becomes. The retrieval
# process has one of its own: torch and the model would make every other process's a gigabyte larger.
FROM python:3.12-slim AS packages
COPY requirements/base.txt /tmp/base.txt
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --require-hashes -r /tmp/base.txt

# TORCH_BACKEND: cpu, or what uv calls the CUDA of the host's driver, such as cu130.
# MILVUS: on, to keep vectors in Milvus.
FROM packages AS search
ARG TORCH_BACKEND=cpu
ARG MILVUS=off
COPY requirements/install.txt requirements/search.txt requirements/torch.in requirements/milvus.txt /tmp/
RUN /opt/venv/bin/pip install --no-cache-dir --require-hashes --no-deps -r /tmp/search.txt \
    && /opt/venv/bin/pip install --no-cache-dir --require-hashes -r /tmp/install.txt \
    && /opt/venv/bin/uv pip install --no-cache --python /opt/venv/bin/python --torch-backend="$TORCH_BACKEND" -r /tmp/torch.in \
    && if [ "$MILVUS" = on ]; then /opt/venv/bin/pip install --no-cache-dir --require-hashes --no-deps -r /tmp/milvus.txt; fi

FROM python:3.12-slim AS clew
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

FROM clew AS retrieval
COPY --from=search /opt/venv /opt/venv
CMD ["python", "manage.py", "retrieval"]

FROM clew
