from django.apps import AppConfig


class CorpusIngestConfig(AppConfig):
    name = "corpus_ingest"
