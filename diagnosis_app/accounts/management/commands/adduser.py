"""manage.py adduser NAME --role ROLE [--role ROLE] [--team TEAM] [--password-stdin]"""

from __future__ import annotations

import sys
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from diagnosis_app.accounts.actions import enrol
from diagnosis_app.accounts.models import Role
from diagnosis_app.errors import Invalid, InvalidMany


class Command(BaseCommand):
    help = "Adds a person to a team, or gives an existing person more roles."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the name used to sign in")
        parser.add_argument("--role", action="append", required=True, choices=[role.value for role in Role])
        parser.add_argument("--team", default=enrol.FIRST_TEAM, help="made if it does not exist (default: %(default)s)")
        parser.add_argument("--full-name", default="", help="as colleagues read it")
        parser.add_argument(
            "--password-stdin", action="store_true", help="read the password from the first line of standard input"
        )

    def handle(self, *args: object, **options: object) -> None:
        typed = sys.stdin.readline().rstrip("\r\n") if options["password_stdin"] else None
        try:
            done = enrol.enrol(
                str(options["name"]),
                team_name=str(options["team"]),
                roles=list(options["role"]),  # type: ignore[call-overload]
                full_name=str(options["full_name"]),
                password=typed,
            )
        except Invalid as error:
            problems = error.problems if isinstance(error, InvalidMany) else [error]
            raise CommandError("\n".join(f"{item.message} {item.hint}" for item in problems)) from None
        roles = ", ".join(sorted(options["role"]))  # type: ignore[call-overload]
        if not done.created:
            self.stdout.write(f"{done.user.username} existed already and is now {roles} in {done.team.name}.")
            return
        self.stdout.write(f"Added {done.user.username} to {done.team.name}: {roles}.")
        if done.password:
            self.stdout.write(f"One-time password, shown only here: {done.password}")
