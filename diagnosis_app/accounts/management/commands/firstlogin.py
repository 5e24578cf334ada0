"""manage.py firstlogin: the first person of a new installation. Running it again changes nothing."""

from __future__ import annotations

from django.conf import settings
from django.core.management.base import BaseCommand

from diagnosis_app.accounts.actions.enrol import first_login


class Command(BaseCommand):
    help = "Makes the team Clinic and the first person if there is nobody yet, and says how to sign in."

    def handle(self, *args: object, **options: object) -> None:
        done = first_login(settings.VAR_DIR / "first-login.txt")
        if done.password:
            self.stdout.write(f"First login: name {done.name}, password {done.password} (also in {done.file})")
        elif done.file is not None:
            self.stdout.write(f"First login: name {done.name}, password in {done.file}")
        else:
            self.stdout.write("Sign in with your own name and password.")
