"""What must be true of people, their passwords and their organisations? Pure."""

from datetime import timedelta

from app.platform.errors import (
    Conflict,
    Invalid,
    NotAllowed,
    NotFound,
    Refusal,
    TooMany,
    Unauthenticated,
)
from app.platform.errors import Unavailable as NotNow
from app.platform.security.passwords import Weakness, weakness, well_known
from app.platform.security.permission import SERVICE
from app.rules.identifiers import credit_code_problem, identity_number_problem

MISTAKES = {
    "malformed": ("形式不正确", "does not have the right form"),
    "check-character": ("校验位不正确", "has a wrong check character"),
}


class CreditCodeWrong(Invalid):
    code = "credit-code-wrong"
    zh = "统一社会信用代码{zh}（GB 32100-2015）。"
    en = "The unified social credit code {en} (GB 32100-2015)."


class IdentityNumberWrong(Invalid):
    code = "identity-number-wrong"
    zh = "公民身份号码不正确（GB 11643）。"
    en = "The identity number is wrong (GB 11643)."


class PasswordWeak(Invalid):
    code = "password-weak"
    zh = "密码不可用：{why}。"
    en = "This password cannot be used: {reason}."


class LoginTaken(Conflict):
    code = "login-taken"
    zh = "登录名“{login}”已被使用。"
    en = "The login “{login}” is taken."


class PersonKnown(Conflict):
    code = "person-known"
    zh = "此公民身份号码已登记，请使用原有账号。"
    en = "This identity number is registered already; use the account you have."


class OrganisationKnown(Conflict):
    code = "organisation-known"
    zh = "您已登记过该统一社会信用代码。"
    en = "You have registered this credit code already."


class SignInFailed(Unauthenticated):
    code = "sign-in-failed"
    zh = "登录名或密码不正确。"
    en = "The login or the password is wrong."


class RefreshRefused(Unauthenticated):
    code = "refresh-refused"
    zh = "登录已失效，请重新登录。"
    en = "The session has ended; sign in again."


class AssertionRefused(Unauthenticated):
    code = "assertion-refused"
    zh = "门户的身份断言无效、已过期或已使用。"
    en = "The portal's assertion is wrong, expired or used."


class PortalKeyWrong(Invalid):
    code = "portal-key-wrong"
    zh = "公钥不是 P-256 曲线上的点。"
    en = "The public key is no point on the curve P-256."


class PortalKnown(Conflict):
    code = "portal-known"
    zh = "已登记同名的门户。"
    en = "A portal of this name is registered."


class PortalKeyKnown(Conflict):
    code = "portal-key-known"
    zh = "该门户已登记这一公钥。"
    en = "The portal has this key already."


class PortalKeyUnknown(NotFound):
    code = "portal-key-not-found"
    zh = "该门户没有这一公钥。"
    en = "The portal has no such key."


class PortalKeyOver(Conflict):
    code = "portal-key-over"
    zh = "该公钥已停用。"
    en = "The key is retired already."


class AssertionKeyOver(Unauthenticated):
    code = "assertion-key-over"
    zh = "签名所用的门户公钥已停用或尚未启用，请改用有效的密钥。"
    en = "The portal's key that signed is retired or not in force yet; sign with one that counts."


class PortalRevoked(Conflict):
    code = "portal-revoked"
    zh = "该门户已被撤销。"
    en = "The portal is revoked already."


class TokenSpent(NotFound):
    code = "token-spent"
    zh = "该一次性凭证无效、已使用或已过期。"
    en = "This one-time token is wrong, used or expired."


class RoleUnknown(Invalid):
    code = "role-unknown"
    zh = "没有“{role}”这一角色。"
    en = "There is no role “{role}”."


class ScopeWrong(Invalid):
    code = "scope-wrong"
    zh = "角色“{role}”须授予在一个 {kind} 范围内。"
    en = "The role “{role}” is held in a scope of the kind {kind}."


class RoleHeld(Conflict):
    code = "role-held"
    zh = "此人在该范围内已有此角色。"
    en = "The person holds this role in this scope already."


class OwnRoles(NotAllowed):
    code = "own-roles"
    zh = "不得为自己授权。"
    en = "Nobody grants roles to themselves."


class SignInBusy(NotNow):
    code = "sign-in-busy"
    zh = "登录人数较多，请稍候再试。"
    en = "Many people are signing in; try again shortly."


class TooManyAttempts(TooMany):
    code = "too-many-attempts"
    zh = "尝试次数过多，请 {seconds} 秒后再试。"
    en = "Too many tries; try again in {seconds} seconds."


class PasswordWrong(Invalid):
    code = "password-wrong"
    zh = "当前密码不正确。"
    en = "This is not your present password."


class PasswordChanged(Conflict):
    code = "password-changed"
    zh = "密码刚刚已在别处被修改。"
    en = "The password has just been changed elsewhere."


class LastAdministrator(Conflict):
    code = "last-administrator"
    zh = "这是最后一名可用的安全管理员，请先另行指定一名。"
    en = "This is the last security administrator who can sign in; appoint another one first."


class NotInvited(Conflict):
    code = "not-invited"
    zh = "该账号没有待接受的邀请。"
    en = "No invitation of this account is waiting."


class NotActive(Conflict):
    code = "account-not-active"
    zh = "该账号尚未启用或已停用。"
    en = "This account is not active."


class SessionUnknown(NotFound):
    code = "session-unknown"
    zh = "没有这一登录。"
    en = "There is no such session."


FREE_TRIES, FIRST_DELAY, LONGEST_DELAY = 5, timedelta(seconds=15), timedelta(minutes=15)
FREE_TRIES_ANYWHERE, DELAY_ANYWHERE = 50, timedelta(seconds=5)


def delay_after(failures: int) -> timedelta | None:
    """How long a login cannot be tried again from a network: after the fifth failure 15 seconds,
    then twice as long each time, at most 15 minutes.
    """
    if failures < FREE_TRIES:
        return None
    longer: int = 1 << min(failures - FREE_TRIES, 10)
    return min(FIRST_DELAY * longer, LONGEST_DELAY)


def delay_anywhere(failures: int) -> timedelta | None:
    """The same over all networks: late and short, so that nobody can lock another out."""
    return None if failures < FREE_TRIES_ANYWHERE else DELAY_ANYWHERE


WEAK = {
    Weakness.TOO_SHORT: ("少于 8 个字符", "shorter than 8 characters"),
    Weakness.TOO_LONG: ("超过 128 个字节", "longer than 128 bytes"),
    Weakness.MALFORMED: ("含有无法识别的字符", "it is not text"),
    Weakness.WELL_KNOWN: ("属于常见密码", "everybody tries it first"),
    Weakness.CONTAINS_NAME: ("包含姓名或登录名", "it holds your name or login"),
}


def password_obstacle(
    password: str, *names: str, pointer: str = "/password"
) -> PasswordWeak | None:
    """Why this new password is refused (policy `asvs`)."""
    found = weakness(password, blocklist=well_known(), names=names)
    if found is None:
        return None
    why, reason = WEAK[found]
    return PasswordWeak(pointer=pointer, why=why, reason=reason)


def credit_code_obstacle(code: str, *, to_be_checked: bool = False) -> Refusal | None:
    """Why this is no credit code. Where a person checks it afterwards, a failing check character
    is no refusal: such codes were issued, and live on.
    """
    problem = credit_code_problem(code)
    if problem is None or (to_be_checked and problem == "check-character"):
        return None
    zh, en = MISTAKES.get(problem, MISTAKES["malformed"])
    return CreditCodeWrong(pointer="/credit_code", zh=zh, en=en)


def identity_number_obstacle(number: str | None) -> Refusal | None:
    """Why this is no identity number."""
    if number is None or identity_number_problem(number) is None:
        return None
    return IdentityNumberWrong(pointer="/identity_number")


def role_obstacle(
    scope_of: dict[str, str], role: str, scope: object | None, at: str = ""
) -> Refusal | None:
    """Why this role, asked for `at` a place of the request, cannot be held in this scope."""
    if role not in scope_of:
        return RoleUnknown(pointer=f"{at}/role", role=role)
    if (scope_of[role] == SERVICE) != (scope is None):
        return ScopeWrong(pointer=f"{at}/scope", role=role, kind=scope_of[role])
    return None
