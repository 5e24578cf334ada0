"""The graph in LangGraph Studio: for whoever works on it, over a handful of diseases, without any service.

Nothing of the product imports this. It stores nothing on disk, and no case of a clinic ever comes here. Whatever the
surroundings ask for, nothing is traced and nobody is told: LangGraph would otherwise ask LangSmith.
"""

import os

SILENT = {
    "LANGSMITH_TRACING": "false",
    "LANGCHAIN_TRACING_V2": "false",
    "LANGCHAIN_TRACING": "false",
    "LANGGRAPH_CLI_NO_ANALYTICS": "1",
    "DO_NOT_TRACK": "1",
}
os.environ.update(SILENT)
