"""Accounts, sessions, passwords and keys over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from b2b_market.identity.commands import (
    EndSession,
    EnterByCode,
    ListApiKeys,
    ListSessions,
    ReadAccount,
    ReadLink,
    RedeemLink,
    RequestCode,
    RequestEntry,
    RequestReset,
    RevokeApiKey,
    SignIn,
    SignOut,
    SwitchOrganization,
)
from b2b_market.identity.pages.edge import device_of, forget, machine_permissions, remember
from b2b_market.identity.rules import (
    EntryEnded,
    LinkEnded,
    NotYourCompany,
    TooManyAttempts,
    WrongCode,
    WrongCredentials,
)
from b2b_market.identity.schemas import (
    AccountIn,
    AccountOut,
    ApiKeyIn,
    ApiKeyOut,
    ApiKeyPageOut,
    ChangePasswordIn,
    EntryCodeIn,
    EntryIn,
    EntryLinkIn,
    MadeApiKeyOut,
    MeOut,
    PasswordIn,
    ResetIn,
    SessionOut,
    SessionsOut,
    SignInIn,
    SwitchIn,
    made_api_key_out,
    me_out,
)
from b2b_market.identity.service import accounts, entering, keys, passwords, signing
from b2b_market.identity.service.doorkeeper import doorkeeper
from b2b_market.infra.http import idempotency
from b2b_market.infra.http.cursors import page_request
from b2b_market.infra.http.idempotency import StoredAnswer
from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.refusal import Forbidden, Unauthenticated
from b2b_market.rbac.edge import Answer, Call
from b2b_market.rbac.responses import changes, reads

router = APIRouter(tags=["identity"], route_class=StrictRoute)
Limit = Annotated[int | None, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=500)]


@router.post(
    "/sessions", status_code=201, response_model=SessionOut, responses=changes(WrongCredentials, TooManyAttempts)
)
def sign_in(body: SignInIn, call: Call) -> Answer:
    """Sign in: the answer sets the session cookie."""
    device = device_of(call.request, replacing=True)
    with doorkeeper(call.request.app.state).guess(body.email, call.work.cause.network):
        command = SignIn(email=body.email, password=body.password, device=device)
        opened = signing.sign_in(call.work, call.actor, command)
    return remember(call.answer(SessionOut, opened.session, status=201), call.request, opened)


@router.get("/sessions", response_model=SessionsOut, responses=reads())
def list_sessions(call: Call) -> Answer:
    """List one's own live sessions, the latest used first."""
    return call.answer_many(SessionOut, signing.list_sessions(call.work, call.actor, ListSessions()))


@router.delete("/sessions/current", status_code=204, response_model=None, responses=changes())
def sign_out(call: Call) -> Answer:
    """Sign out: the session ends at once."""
    signing.sign_out(call.work, call.actor, SignOut())
    return forget(call.nothing(), call.request)


@router.post("/sessions/current/organization", response_model=SessionOut, responses=changes(NotYourCompany))
def switch_organization(body: SwitchIn, call: Call) -> Answer:
    """Work for another of one's companies, in a session with a new cookie; the old one ends."""
    command = SwitchOrganization(organization_id=body.organization_id, device=device_of(call.request, replacing=False))
    opened = signing.switch_organization(call.work, call.actor, command)
    return remember(call.answer(SessionOut, opened.session), call.request, opened)


@router.delete("/sessions/{session_id}", status_code=204, response_model=None, responses=changes())
def end_session(session_id: WireUuid, call: Call) -> Answer:
    """End one of one's own sessions at once."""
    signing.end_session(call.work, call.actor, EndSession(session_id))
    return call.nothing()


@router.get("/me", response_model=MeOut, responses=reads())
def read_me(call: Call) -> Answer:
    """Tell who the caller is, for which company, and what they may do there; keys may ask too."""
    if call.actor.is_anonymous:
        raise Unauthenticated
    return call.answer(MeOut, me_out(call.actor))


@router.get("/account", response_model=AccountOut, responses=reads())
def read_account(call: Call) -> Answer:
    """Read one's own account."""
    return call.answer(AccountOut, accounts.read_account(call.work, call.actor, ReadAccount()))


@router.put("/account", response_model=AccountOut, responses=changes())
def change_account(body: AccountIn, call: Call) -> Answer:
    """Change name, language, zone and looks of one's own account."""
    return call.answer(AccountOut, accounts.change_account(call.work, call.actor, body.to_command(call.if_match)))


@router.post(
    "/account/password",
    status_code=204,
    response_model=None,
    responses=changes(WrongCredentials, TooManyAttempts),
)
def change_password(body: ChangePasswordIn, call: Call) -> Answer:
    """Change one's own password, knowing the present one; every other session ends."""
    if call.actor.is_anonymous:
        raise Unauthenticated
    with doorkeeper(call.request.app.state).guess(call.actor.person.email, call.work.cause.network):
        passwords.change_password(call.work, call.actor, body.to_command())
    return call.nothing()


@router.post("/password-resets", status_code=202, response_class=Response, responses=changes(TooManyAttempts))
def request_reset(body: ResetIn, call: Call) -> Answer:
    """Ask for a link to set a new password; the answer is the same whether or not somebody has this address."""
    doorkeeper(call.request.app.state).admit_mail(body.email, call.work.cause.network)
    passwords.request_reset(call.work, call.actor, RequestReset(body.email))
    return call.nothing(status=202)


@router.post("/passwords", status_code=201, response_model=SessionOut, responses=changes(LinkEnded))
def redeem_link(body: PasswordIn, call: Call) -> Answer:
    """Set a password by the token of a mailed link, and sign in."""
    device = device_of(call.request, replacing=True)
    opened = passwords.redeem_link(
        call.work, call.actor, RedeemLink(token=body.token, password=body.password, device=device)
    )
    return remember(call.answer(SessionOut, opened.session, status=201), call.request, opened)


@router.post("/entry-links", status_code=202, response_class=Response, responses=changes(TooManyAttempts))
def request_entry(body: EntryLinkIn, call: Call) -> Answer:
    """Ask for a link to enter without a password; the answer is the same whether or not somebody has this address."""
    doorkeeper(call.request.app.state).admit_mail(body.email, call.work.cause.network)
    entering.request_entry(call.work, call.actor, RequestEntry(body.email))
    return call.nothing(status=202)


@router.post("/entry-codes", status_code=202, response_class=Response, responses=changes(EntryEnded, TooManyAttempts))
def request_code(body: EntryCodeIn, call: Call) -> Answer:
    """Have the code of a link to enter mailed to the link's person."""
    person = entering.read_entry(call.work, call.actor, ReadLink(body.token))
    doorkeeper(call.request.app.state).admit_mail(person.email, call.work.cause.network)
    entering.request_code(call.work, call.actor, RequestCode(body.token))
    return call.nothing(status=202)


@router.post(
    "/entries", status_code=201, response_model=SessionOut, responses=changes(EntryEnded, WrongCode, TooManyAttempts)
)
def enter_by_code(body: EntryIn, call: Call) -> Answer:
    """Enter by a mailed link and its code: the answer sets the cookie of a session that may do what a guest may."""
    person = entering.read_entry(call.work, call.actor, ReadLink(body.token))
    device = device_of(call.request, replacing=True)
    with doorkeeper(call.request.app.state).guess(f"code:{person.email}", call.work.cause.network):
        command = EnterByCode(token=body.token, code=body.code, device=device)
        opened = entering.enter_by_code(call.work, call.actor, command)
    return remember(call.answer(SessionOut, opened.session, status=201), call.request, opened)


@router.get("/api-keys", response_model=ApiKeyPageOut, responses=reads())
def list_api_keys(call: Call, limit: Limit = None, cursor: Cursor = None) -> Answer:
    """List the company's keys, ended ones too, the newest first."""
    found = keys.list_api_keys(call.work, call.actor, ListApiKeys(page_request(limit, cursor)))
    return call.answer_page(ApiKeyOut, found)


@router.post("/api-keys", status_code=201, response_model=MadeApiKeyOut, responses=changes())
def make_api_key(body: ApiKeyIn, call: Call) -> Answer:
    """Make a key; its secret is told in this answer and never again."""
    made = keys.make_api_key(call.work, call.actor, body.to_command(machine_permissions(call.request)))
    key, call.key = call.key, None
    answer = call.answer(MadeApiKeyOut, made_api_key_out(made, secret=True), status=201)
    if key is not None:
        # a repeated request is answered, but the stored answer must not keep the secret
        told = made_api_key_out(made, secret=False).model_dump_json().encode()
        call.work.write_last(idempotency.kept(key, StoredAnswer(201, "Cache-Control: no-store", told)))
    return answer


@router.delete("/api-keys/{key_id}", response_model=ApiKeyOut, responses=changes(Forbidden))
def revoke_api_key(key_id: WireUuid, call: Call) -> Answer:
    """End a key at once."""
    return call.answer(ApiKeyOut, keys.revoke_api_key(call.work, call.actor, RevokeApiKey(key_id)))
