"""How are sign-in, accounts and organisations reached?"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response, status

from app.platform.accounts import queries, rules
from app.platform.accounts.callers import (
    Reading,
    SignInNeeded,
    Token,
    Visiting,
    Writing,
    arrived,
)
from app.platform.accounts.models import Account, Organisation
from app.platform.accounts.schemas import (
    AccountView,
    ActivationIn,
    BootstrapIn,
    GrantIn,
    GrantView,
    Invitation,
    Invited,
    Me,
    OrganisationIn,
    OrganisationView,
    PasswordChange,
    PasswordReset,
    Registration,
    ResetIn,
    SessionView,
    SignInForm,
    Tokens,
)
from app.platform.accounts.service import exchange, joining, passwords, representing, sign_in
from app.platform.errors import NotAllowed, NotFound
from app.platform.ground import ground_of
from app.platform.http.networks import client_of
from app.platform.http.pages import CursorUnreadable, Page, PageQuery, page
from app.platform.http.problems import answers
from app.platform.http.rates import TooManyRequests
from app.platform.security.access import require, visible_to
from app.platform.workflow.lifecycle import MoveNotPossible

auth = APIRouter(prefix="/auth", tags=["sign-in"])
accounts = APIRouter(tags=["accounts"])
organisations = APIRouter(prefix="/organisations", tags=["organisations"])

STAFF = (SignInNeeded, NotAllowed)
well_known = APIRouter(tags=["sign-in"])


@auth.post(
    "/token",
    operation_id="sign_in",
    summary="Sign in, or refresh a sign-in",
    responses=answers(
        rules.AssertionRefused,
        rules.AssertionKeyOver,
        rules.SignInFailed,
        rules.RefreshRefused,
        rules.TooManyAttempts,
        rules.SignInBusy,
    ),
)
async def sign_in_(request: Request, form: Annotated[SignInForm, Form()]) -> Tokens:
    """OAuth 2: `grant_type=password` with login and password, `grant_type=refresh_token`, or for a
    registered portal the token exchange (RFC 8693) with `client_id` and `subject_token`.
    """
    ground, wall = ground_of(request), arrived(request)
    if form.grant_type == exchange.GRANT:
        presented = form.client_id or "", form.subject_token or ""
        return await exchange.exchange(ground, *presented, wall, client_of(request))
    if form.grant_type == "refresh_token":
        return await sign_in.refresh(ground, form.refresh_token or "", wall)
    name, password = form.username or "", form.password or ""
    return await sign_in.sign_in(ground, name, password, wall, client_of(request))


@auth.post(
    "/logout",
    operation_id="sign_out",
    summary="End this session",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=answers(SignInNeeded),
)
async def sign_out(call: Writing) -> None:
    """All tokens of this session stop working at once."""
    await sign_in.sign_out(call)


@auth.get(
    "/sessions",
    operation_id="list_sessions",
    summary="Where am I signed in?",
    responses=answers(SignInNeeded, CursorUnreadable),
)
async def list_sessions(call: Reading, paging: PageQuery) -> Page[SessionView]:
    """The caller's own sessions, the newest first."""
    return await queries.own_sessions(call, paging)


@auth.delete(
    "/sessions/{session_id}",
    operation_id="end_session",
    summary="End one of my sessions",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=answers(SignInNeeded, rules.SessionUnknown),
)
async def end_session(call: Writing, session_id: UUID) -> None:
    """A device that was lost, say: its tokens stop working at once."""
    await sign_in.end_session(call, session_id)


@auth.get("/me", operation_id="me", summary="Who am I?", responses=answers(SignInNeeded))
async def me(call: Reading) -> Me:
    """The signed-in person and the roles they hold, each with its scope."""
    return await queries.me(call.db, call.actor)


@well_known.get("/.well-known/jwks.json", operation_id="jwks", summary="Public keys")
async def jwks(request: Request, response: Response) -> dict[str, Any]:
    """The keys that sign access tokens and receipts (RFC 7517)."""
    response.headers["Cache-Control"] = "public, max-age=300"
    return ground_of(request).chain.jwks()


@accounts.post(
    "/accounts/bootstrap",
    operation_id="bootstrap",
    summary="Make the first security administrator",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        rules.TokenSpent,
        rules.LoginTaken,
        rules.PersonKnown,
        rules.PasswordWeak,
        TooManyRequests,
        rules.SignInBusy,
    ),
)
async def bootstrap(visitor: Visiting, body: BootstrapIn) -> GrantView:
    """With the one-time token that `quality-award bootstrap` prints."""
    return await joining.bootstrap(visitor, body)


@accounts.post(
    "/accounts",
    operation_id="register",
    summary="Register oneself",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        rules.LoginTaken,
        rules.PersonKnown,
        rules.PasswordWeak,
        TooManyRequests,
        rules.SignInBusy,
    ),
)
async def register(visitor: Visiting, body: Registration) -> AccountView:
    """For people who will speak for an applicant. Staff and experts are invited instead."""
    account = await joining.register(visitor, body)
    return AccountView(
        id=account.id,
        person_id=account.person_id,
        name=body.name,
        login=account.login,
        status=account.status,
    )


@accounts.get(
    "/accounts",
    operation_id="list_accounts",
    summary="List accounts",
    responses=answers(*STAFF, CursorUnreadable),
)
async def list_accounts(call: Reading, paging: PageQuery) -> Page[AccountView]:
    """For the security administrator, in order of login."""
    require(call.actor, "account:read")
    return await page(
        call.db,
        queries.accounts(),
        paging,
        by=Account.login,
        identity=Account.id,
        view=AccountView.of,
    )


@accounts.post(
    "/accounts/invitations",
    operation_id="invite",
    summary="Invite a person with roles",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        *STAFF, rules.LoginTaken, rules.PersonKnown, rules.RoleUnknown, rules.ScopeWrong
    ),
)
async def invite(call: Writing, body: Invitation) -> Invited:
    """The activation token is shown once; hand it to the person."""
    return await joining.invite(call, body)


@accounts.post(
    "/accounts/activation",
    operation_id="activate",
    summary="Accept an invitation",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=answers(
        rules.TokenSpent,
        rules.PasswordWeak,
        MoveNotPossible,
        TooManyRequests,
        rules.SignInBusy,
    ),
)
async def activate(visitor: Visiting, body: ActivationIn) -> None:
    """Choose a password with the activation token."""
    await joining.activate(visitor, body)


@accounts.post(
    "/accounts/{account_id}/invitation",
    operation_id="renew_invitation",
    summary="Renew an invitation",
    responses=answers(*STAFF, NotFound, rules.NotInvited),
)
async def renew_invitation(call: Writing, account_id: UUID) -> Invited:
    """Where the token was lost or has run out; the earlier one stops working."""
    return await joining.renew_invitation(call, account_id)


@accounts.post(
    "/accounts/password",
    operation_id="change_password",
    summary="Change my password",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=answers(
        SignInNeeded,
        rules.PasswordChanged,
        rules.PasswordWrong,
        rules.PasswordWeak,
        rules.TooManyAttempts,
        rules.SignInBusy,
    ),
)
async def change_password(request: Request, token: Token, body: PasswordChange) -> None:
    """All other sessions of the account end."""
    ground, wall = ground_of(request), arrived(request)
    await passwords.change_own(ground, token, body, wall, client_of(request))


@accounts.post(
    "/accounts/{account_id}/password-reset",
    operation_id="offer_password_reset",
    summary="Let somebody set a new password",
    status_code=status.HTTP_201_CREATED,
    responses=answers(*STAFF, NotFound, rules.NotActive),
)
async def offer_password_reset(call: Writing, account_id: UUID) -> PasswordReset:
    """A one-time token, shown once and good for 24 hours; hand it to the person."""
    return await passwords.offer_reset(call, account_id)


@accounts.post(
    "/accounts/password-reset",
    operation_id="reset_password",
    summary="Set a new password with a token",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=answers(rules.TokenSpent, rules.PasswordWeak, TooManyRequests, rules.SignInBusy),
)
async def reset_password(visitor: Visiting, body: ResetIn) -> None:
    """Every session of the account ends; sign in with the new password."""
    await passwords.reset(visitor, body)


@accounts.post(
    "/accounts/{account_id}/disabling",
    operation_id="disable_account",
    summary="Shut an account",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=answers(*STAFF, NotFound, MoveNotPossible, rules.LastAdministrator),
)
async def disable_account(call: Writing, account_id: UUID) -> None:
    """Whoever is signed in with it is signed out at once."""
    await joining.disable(call, account_id)


@accounts.post(
    "/accounts/{account_id}/enabling",
    operation_id="enable_account",
    summary="Open an account again",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=answers(*STAFF, NotFound, MoveNotPossible),
)
async def enable_account(call: Writing, account_id: UUID) -> None:
    """Sign-ins from before stay ended. An account never activated is invited again."""
    await joining.enable(call, account_id)


@accounts.post(
    "/grants",
    operation_id="grant_role",
    summary="Give a person a role",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        *STAFF, NotFound, rules.RoleHeld, rules.RoleUnknown, rules.ScopeWrong, rules.OwnRoles
    ),
)
async def grant_role(call: Writing, body: GrantIn) -> GrantView:
    """It works with the person's next request."""
    return await joining.grant_role(call, body)


@accounts.post(
    "/grants/{grant_id}/ending",
    operation_id="end_role",
    summary="Take a role away",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=answers(*STAFF, NotFound, rules.LastAdministrator),
)
async def end_role(call: Writing, grant_id: UUID) -> None:
    """It stops working with the person's next request."""
    await joining.end_role(call, grant_id)


@organisations.post(
    "",
    operation_id="register_organisation",
    summary="Register an organisation",
    status_code=status.HTTP_201_CREATED,
    responses=answers(SignInNeeded, rules.CreditCodeWrong, rules.OrganisationKnown),
)
async def register_organisation(call: Writing, body: OrganisationIn) -> OrganisationView:
    """Under its unified social credit code, whoever else has: the caller drafts for it, and nobody
    sees it, until an office accepts that they speak for it (`POST /mandates`).
    """
    return await representing.register_organisation(call, body)


@organisations.get(
    "",
    operation_id="list_organisations",
    summary="List organisations",
    responses=answers(SignInNeeded, CursorUnreadable),
)
async def list_organisations(call: Reading, paging: PageQuery) -> Page[OrganisationView]:
    """Those that the caller may know, in order of name."""
    return await page(
        call.db,
        queries.organisation_columns().where(visible_to(call.actor, queries.ORGANISATION)),
        paging,
        by=Organisation.name,
        identity=Organisation.id,
        view=OrganisationView.of,
    )
