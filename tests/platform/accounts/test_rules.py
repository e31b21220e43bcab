"""What is refused of passwords, identity numbers, credit codes and roles?"""

import pytest

from app.platform.accounts import rules
from app.rules.identifiers import credit_code_check

SCOPE_OF = {"security-administrator": "service", "clerk": "programme"}


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("Ab3-x", "少于 8 个字符"),
        ("湖" * 129, "超过 128 个字节"),
        ("\ud800-eight-and-more", "含有无法识别的字符"),
        ("password", "属于常见密码"),
        ("aaaaaaaaaa", "属于常见密码"),
        ("xx-zhang.san-2026", "包含姓名或登录名"),
        ("我叫张三丰来自武当", "包含姓名或登录名"),
    ],
)
def test_weak_password_is_refused_with_its_reason(password: str, why: str) -> None:
    refusal = rules.password_obstacle(password, "zhang.san", "张三丰")
    assert refusal is not None
    assert (refusal.code, refusal.pointer) == ("password-weak", "/password")
    assert why in refusal.sentence("zh")
    assert refusal.sentence("en").startswith("This password cannot be used: ")


def test_every_weakness_has_words() -> None:
    assert set(rules.WEAK) == set(rules.Weakness)


def test_good_password_is_taken() -> None:
    assert rules.password_obstacle("湖面上有三只鸭子", "zhang.san", "张三丰") is None


@pytest.mark.parametrize("number", [None, "11010519491231002X"])
def test_identity_number_may_be_absent_or_right(number: str | None) -> None:
    assert rules.identity_number_obstacle(number) is None


@pytest.mark.parametrize(
    "number", ["110105194912310021", "１１０１０５１９４９１２３１００２X", "张三"]
)
def test_wrong_identity_number_is_refused(number: str) -> None:
    refusal = rules.identity_number_obstacle(number)
    assert isinstance(refusal, rules.IdentityNumberWrong)
    assert refusal.pointer == "/identity_number"
    assert number not in refusal.sentence("zh") + refusal.sentence("en")


def test_right_credit_code_is_taken() -> None:
    stem = "91320211123456789"
    assert rules.credit_code_obstacle(stem + credit_code_check(stem)) is None


def test_wrong_credit_code_says_what_is_wrong() -> None:
    stem = "91320211123456789"
    wrong = next(c for c in "0123456789" if c != credit_code_check(stem))
    by_check, by_form = (
        rules.credit_code_obstacle(stem + wrong),
        rules.credit_code_obstacle("9" * 5),
    )
    assert by_check is not None
    assert by_form is not None
    assert "校验位不正确" in by_check.sentence()
    assert "形式不正确" in by_form.sentence()


def test_role_is_held_in_the_kind_of_scope_it_belongs_to() -> None:
    some = object()
    assert rules.role_obstacle(SCOPE_OF, "clerk", some) is None
    assert rules.role_obstacle(SCOPE_OF, "security-administrator", None) is None
    assert isinstance(rules.role_obstacle(SCOPE_OF, "clerk", None), rules.ScopeWrong)
    service = rules.role_obstacle(SCOPE_OF, "security-administrator", some, at="/roles/1")
    assert isinstance(service, rules.ScopeWrong)
    assert service.pointer == "/roles/1/scope"
    assert isinstance(rules.role_obstacle(SCOPE_OF, "emperor", some), rules.RoleUnknown)
