"""What is a person told about their own account? Never a token, never a password."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.platform.clock import ZONE
from app.platform.notifications.service import notify
from app.platform.notifications.templates import Template, Urgency, Words

ASK = "如非您本人或您所知的操作，请立即联系安全管理员。"
ASK_EN = "If neither you nor anybody you know did this, tell the security administrator at once."

INVITED = Template(
    "account-invited",
    "您受邀使用政府质量奖系统",
    "您受邀使用政府质量奖系统，登录名为 {login}。"
    "请在 {until} 之前，用邀请人交给您的一次性凭证启用账号。",
    Words(
        "You are invited to the quality award",
        "You are invited to the quality award as {login}. Activate the account before {until} with "
        "the one-time token that whoever invited you hands over.",
    ),
    urgency=Urgency.URGENT,
    fixed=True,
)
RESET_OFFERED = Template(
    "password-reset-offered",
    "您的账号可以重新设置密码",
    "安全管理员为账号 {login} 签发了重新设置密码的一次性凭证，{until} 之前有效。原密码仍然有效。"
    + ASK,
    Words(
        "Your password can be set anew",
        "The security administrator has issued a one-time token to set the password of {login} "
        "anew, good until {until}. The old password still counts. " + ASK_EN,
    ),
    urgency=Urgency.URGENT,
    fixed=True,
)
PASSWORD_SET = Template(
    "password-set",
    "您的密码已更改",
    "账号 {login} 的密码已于 {at} 更改，其他登录均已结束。" + ASK,
    Words(
        "Your password was changed",
        "The password of {login} was changed at {at}; every other sign-in has ended. " + ASK_EN,
    ),
    urgency=Urgency.URGENT,
    fixed=True,
)
REPLAYED = Template(
    "refresh-replayed",
    "您的一次登录已被强制结束",
    "账号 {login} 于 {since} 的一次登录，其刷新令牌在 {at} 被重复使用，"
    "可能已被他人复制，该次登录已结束。"
    "请重新登录并更改密码；" + ASK,
    Words(
        "One of your sign-ins was ended",
        "The refresh token of {login} from its sign-in at {since} was used again at {at}; somebody "
        "may have copied it, so that sign-in was ended. Sign in again and change the password. "
        + ASK_EN,
    ),
    urgency=Urgency.URGENT,
    fixed=True,
)

TEMPLATES = (INVITED, RESET_OFFERED, PASSWORD_SET, REPLAYED)


async def tell(
    db: AsyncSession, person_id: UUID, template: Template, wall: datetime, **facts: str | datetime
) -> None:
    """Tell the holder of an account, in the transaction of the act; instants in Beijing time."""
    words = {
        name: fact if isinstance(fact, str) else f"{fact.astimezone(ZONE):%Y-%m-%d %H:%M}"
        for name, fact in facts.items()
    }
    await notify(db, person_id, template, words, wall)
