"""Teams and people for tests: one clinic with a person in every role."""

from __future__ import annotations

from dataclasses import dataclass

from diagnosis_app.accounts.models import Membership, Role, Team, User
from diagnosis_app.accounts.policy import Actor, actor_for

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Clinic:
    """A team and its people by role."""

    team: Team
    people: dict[Role, User]

    def person(self, role: Role = Role.CLINICIAN) -> User:
        return self.people[role]

    def actor(self, role: Role = Role.CLINICIAN, via: str = "page") -> Actor:
        return actor_for(self.people[role], via)


def make_user(username: str, team: Team | None = None, *roles: Role) -> User:
    user = User.objects.create_user(username=username, password=PASSWORD, full_name=username.replace("-", " ").title())
    for role in roles:
        Membership.objects.create(user=user, team=team, role=role)
    return user


def make_clinic(name: str) -> Clinic:
    team = Team.objects.create(name=name)
    slug = name.lower().replace(" ", "-")
    return Clinic(team, {role: make_user(f"{slug}-{role.value}", team, role) for role in Role})
