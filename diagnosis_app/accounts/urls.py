"""Addresses of accounts: signing in and out, one's own account, the people of a team."""

from __future__ import annotations

from django.urls import path

from diagnosis_app.accounts.views import account, people, signing

urlpatterns = [
    path("signin/", signing.signin, name="signin"),
    path("signout/", signing.signout, name="signout"),
    path("account/", account.account, name="account"),
    path("account/password/", account.account_password, name="account_password"),
    path("account/tokens/", account.token_create, name="token_create"),
    path("account/tokens/<int:token_id>/revoke/", account.token_revoke, name="token_revoke"),
    path("people/", people.people, name="people"),
    path("people/add/", people.person_add, name="person_add"),
    path("people/<int:user_id>/", people.person, name="person"),
    path("people/<int:user_id>/roles/", people.person_roles, name="person_roles"),
    path("people/<int:user_id>/deactivate/", people.person_deactivate, name="person_deactivate"),
    path("people/<int:user_id>/reactivate/", people.person_reactivate, name="person_reactivate"),
    path("people/<int:user_id>/password/", people.person_reset, name="person_reset"),
]
