#!/usr/bin/env python
"""Clew's command line: `manage.py help` lists every command."""

from __future__ import annotations

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "diagnosis_app.settings")
    from diagnosis_app.operations import local

    command = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        local.use_secret_file(create=command in {"serve", "knowledge", "diagnose", "benchmark"})
    except OSError as error:
        sys.exit(
            f"Clew cannot write to {local.var_directory()}: {error.strerror}. Set CLEW_VAR to a directory it may use."
        )
    if command == "doctor":
        # The doctor must speak when the settings cannot even be read.
        from diagnosis_app.operations import doctor

        sys.exit(doctor.main(sys.argv[2:]))

    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"{error}\nmanage.py doctor looks at every setting and says what to do.")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)  # Ctrl-C is an answer, not an error
