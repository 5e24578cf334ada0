"""manage.py token USER --name NAME: a token for the API, printed once."""

from __future__ import annotations

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from diagnosis_app.accounts.actions import tokens
from diagnosis_app.accounts.models import User
from diagnosis_app.accounts.policy import actor_for
from diagnosis_app.errors import ClinicError


class Command(BaseCommand):
    help = "Makes an API token for a person and prints it. Only its hash is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="the name used to sign in")
        parser.add_argument("--name", required=True, help="the script or machine that will use it")

    def handle(self, *args: object, **options: object) -> None:
        user = User.objects.filter(username=options["user"], is_active=True).first()
        if user is None:
            raise CommandError(f"Nobody active is called {options['user']!r}. Add them with: manage.py adduser")
        try:
            _, text = tokens.create(actor_for(user, "command"), user, str(options["name"]))
        except ClinicError as error:
            raise CommandError(f"{error.message} {error.hint}") from None
        self.stdout.write(text)
