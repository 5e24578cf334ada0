"""Who may do what: one table, read by pages, API, events and commands alike.

What is not in the table is denied. An object of a team in which the actor holds none of the
needed roles does not exist for them (`Hidden`); a verb that no role of theirs covers in any team
is `Forbidden`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from django.contrib.auth.models import AnonymousUser

from diagnosis_app.accounts.models import Role, User
from diagnosis_app.errors import Forbidden, Hidden


class Verb(StrEnum):
    """Everything that can be done. Each is an audit action of the same name."""

    SIGN_IN = "account.sign_in"
    SIGN_OUT = "account.sign_out"
    ACCOUNT_OWN = "account.own"  # one's own password and tokens
    PEOPLE_MANAGE = "people.manage"
    KNOWLEDGE_READ = "knowledge.read"  # terms, diseases, the snapshot's manifest
    KNOWLEDGE_REVIEW = "knowledge.review"  # drafts, and what was held back: never shown to a clinician
    KNOWLEDGE_CHANGE = "knowledge.change"  # bring in, screen, build, propose
    KNOWLEDGE_PUBLISH = "knowledge.publish"  # approve what somebody else proposed, roll back
    EVALUATION_READ = "evaluation.read"  # how good the ranking was on published cases
    RANK = "case.rank"  # rank or read a text without storing it
    CASE_LIST = "case.list"
    CASE_READ = "case.read"
    CASE_CREATE = "case.create"
    CASE_EDIT = "case.edit"
    CASE_SAVE = "case.save"
    CASE_EXPORT = "case.export"
    CASE_DELETE = "case.delete"
    CASE_RESTORE = "case.restore"
    CASE_PURGE = "case.purge"
    RUN_START = "run.start"
    RUN_READ = "run.read"
    RUN_CANCEL = "run.cancel"
    RUN_ANSWER = "run.answer"  # a question that an investigation asked
    BATCH_CREATE = "batch.create"  # read files that become cases
    BATCH_READ = "batch.read"
    BATCH_START = "batch.start"  # also goes on and tries again
    BATCH_CANCEL = "batch.cancel"
    BATCH_DELETE = "batch.delete"  # with its cases, into the bin and back
    BATCH_EXPORT = "batch.export"
    ALERT_SEE = "alert.see"  # what new knowledge changed in a case
    LITERATURE_READ = "literature.read"
    LITERATURE_SEARCH = "literature.search"  # asks outside the house
    REVIEW_READ = "review.read"  # the verdicts on a result that this person may see
    VERDICT_GIVE = "verdict.give"  # also taking one's own back
    SECOND_ASK = "second.ask"  # ask a colleague for a second reading, or call the request back
    SECOND_READ = "second.read"  # commit or decline one's own second reading
    CITATION_MARK = "citation.mark"  # a cited source as wrong; also taking one's own mark back
    SET_BACK_LIST = "set_back.list"  # the passages that the team's marks set back
    SET_BACK_LIFT = "set_back.lift"  # one's own mark, for every investigation to come
    SET_BACK_OVERRULE = "set_back.overrule"  # a colleague's mark: it stays, and sets nothing back
    LOCAL_LIST = "local_case.list"  # the team's own cases
    LOCAL_READ = "local_case.read"
    LOCAL_ADD = "local_case.add"
    LOCAL_WITHDRAW = "local_case.withdraw"
    AUDIT_READ = "audit.read"


_EVERYONE = frozenset(Role)
_CLINIC = frozenset({Role.CLINICIAN})

TABLE: dict[Verb, frozenset[Role]] = {
    Verb.SIGN_OUT: _EVERYONE,
    Verb.ACCOUNT_OWN: _EVERYONE,
    Verb.PEOPLE_MANAGE: frozenset({Role.ADMIN}),
    Verb.KNOWLEDGE_READ: _EVERYONE,
    Verb.KNOWLEDGE_REVIEW: frozenset({Role.CURATOR, Role.ADMIN}),
    Verb.KNOWLEDGE_CHANGE: frozenset({Role.CURATOR}),
    Verb.KNOWLEDGE_PUBLISH: frozenset({Role.CURATOR, Role.ADMIN}),
    Verb.EVALUATION_READ: _EVERYONE,
    Verb.RANK: _CLINIC,
    Verb.CASE_LIST: _CLINIC,
    Verb.CASE_READ: _CLINIC,
    Verb.CASE_CREATE: _CLINIC,
    Verb.CASE_EDIT: _CLINIC,
    Verb.CASE_SAVE: _CLINIC,
    Verb.CASE_EXPORT: _CLINIC,
    Verb.CASE_DELETE: _CLINIC,
    Verb.CASE_RESTORE: _CLINIC,
    Verb.CASE_PURGE: _CLINIC,
    Verb.RUN_START: _CLINIC,
    Verb.RUN_READ: _CLINIC,
    Verb.RUN_CANCEL: _CLINIC,
    Verb.RUN_ANSWER: _CLINIC,
    Verb.BATCH_CREATE: _CLINIC,
    Verb.BATCH_READ: _CLINIC,
    Verb.BATCH_START: _CLINIC,
    Verb.BATCH_CANCEL: _CLINIC,
    Verb.BATCH_DELETE: _CLINIC,
    Verb.BATCH_EXPORT: _CLINIC,
    Verb.ALERT_SEE: _CLINIC,
    Verb.LITERATURE_READ: _CLINIC,
    Verb.LITERATURE_SEARCH: _CLINIC,
    Verb.REVIEW_READ: _CLINIC,
    Verb.VERDICT_GIVE: _CLINIC,
    Verb.SECOND_ASK: _CLINIC,
    Verb.SECOND_READ: _CLINIC,
    Verb.CITATION_MARK: _CLINIC,
    Verb.SET_BACK_LIST: frozenset({Role.CLINICIAN, Role.CURATOR}),
    Verb.SET_BACK_LIFT: frozenset({Role.CLINICIAN, Role.CURATOR}),
    Verb.SET_BACK_OVERRULE: frozenset({Role.CURATOR}),
    Verb.LOCAL_LIST: _CLINIC,
    Verb.LOCAL_READ: _CLINIC,
    Verb.LOCAL_ADD: _CLINIC,
    Verb.LOCAL_WITHDRAW: _CLINIC,
    Verb.AUDIT_READ: frozenset({Role.AUDITOR}),
}


class OwnedByTeam(Protocol):
    team_id: int


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is asking, by which door, with which roles in which teams."""

    user_id: int | None
    name: str
    via: str  # page, api, mcp, command
    roles: frozenset[tuple[int, Role]]  # (team id, role)

    def teams(self, verb: Verb) -> frozenset[int]:
        """The teams in which this actor may do `verb`."""
        allowed = TABLE.get(verb, frozenset())
        return frozenset(team for team, role in self.roles if role in allowed)

    def may(self, verb: Verb, thing: OwnedByTeam | None = None) -> bool:
        teams = self.teams(verb)
        return bool(teams) if thing is None else thing.team_id in teams

    def require(self, verb: Verb, thing: OwnedByTeam | None = None) -> None:
        """Returns if allowed. Otherwise `Hidden` for an object out of reach, `Forbidden` for a verb."""
        if self.may(verb, thing):
            return
        if thing is None:
            raise Forbidden("Your role does not allow this.", hint="Ask an admin of your team for the role.")
        if any(team == thing.team_id for team, _ in self.roles) and not self.teams(verb):
            raise Forbidden("Your role does not allow this.", hint="Ask an admin of your team for the role.")
        raise Hidden()


def actor_for(user: User | AnonymousUser, via: str) -> Actor:
    if not isinstance(user, User) or not user.is_active:
        return Actor(None, "nobody", via, frozenset())
    roles = frozenset((team, Role(role)) for team, role in user.memberships.values_list("team_id", "role"))
    return Actor(user.pk, user.display_name, via, roles)
