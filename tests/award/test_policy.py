"""Who may do what, by hand: the rights of every role, written down a second time.

Read it beside the table of domain, section 4. A right that is not here must not be in the policy.
"""

from app.award.policy import TABLE
from app.award.roles import SCOPE, Role
from app.platform.security.permission import PUBLIC, SERVICE

Right = tuple[str, str | None, str | None]
"""Verb, standing, phase."""


def rights(*verbs: str, standing: str | None = None, phase: str | None = None) -> set[Right]:
    return {(verb, standing, phase) for verb in verbs}


RUN = (
    rights(
        "application:read",
        "application:register-paper",
        "application:unmask",
        "application:release-scope",
        phase="received",
    )
    | rights(
        "mandate:decide", "mandate:end", "mandate:examine", "mandate:read", standing="disinterested"
    )
    | rights(
        "approval:read",
        "assignment:read",
        "cycle:plan",
        "cycle:tell",
        "cycle:write-documents",
        "document:edit",
        "document:read",
        "document:return",
        "document:send",
        "programme:keep-templates",
        "cycle:read",
        "consultation:read",
        "cure:read",
        "stage:consult",
        "entry:consult",
        "entry:cure",
        "entry:read",
        "entry:screen",
        "expert:read",
        "message:read",
        "message:resend",
        "motion:read",
        "notice:draft",
        "notice:read",
        "objection:read",
        "panel:change",
        "panel:read",
        "programme:enrol",
        "programme:read-mandates",
        "programme:read-records",
        "programme:read-wordings",
        "programme:record",
        "routing:read",
        "stage:confirm-survey",
        "stage:form-panels",
        "stage:open",
        "stage:read",
        "stage:read-recommendations",
        "stage:read-survey",
        "stage:route",
        "stage:screen",
    )
)
"""What everybody in the office does to run a cycle."""

EXPECTED: dict[str, set[Right]] = {
    PUBLIC: rights(
        "account:activate",
        "account:register",
        "authority:read",
        "call:read",
        "organisation:register",
        "programme:read",
    )
    | rights("cycle:read", "stage:read", phase="launched")
    | rights("event:read", phase="public")
    | rights("notice:read", "notice:object", phase="posted")
    | rights("job:read", standing="asker")
    | rights("notification:read", standing="addressee")
    | rights("upload:announce")
    | rights("upload:read", standing="uploader")
    | rights("upload:edit", standing="uploader", phase="free")
    | rights("expert:declare", "expert:read", standing="self")
    | rights("mandate:end", "mandate:hold", "mandate:read", "mandate:read-own", standing="holder")
    | rights("organisation:claim", "organisation:read", standing="registrant")
    | rights("award:read", phase="published"),
    Role.APPLICANT: rights(
        "application:look-back",
        "application:read",
        "application:submit",
        "application:unmask",
        "application:withdraw",
        "cure:read",
        "cure:supply",
        standing="member",
    )
    | rights("organisation:apply", "organisation:claim", "organisation:read")
    | rights("mandate:end", "mandate:read", "mandate:read-own", standing="administrator")
    | rights("mandate:lead", standing="leader")
    | rights("application:edit", standing="member", phase="draft")
    | rights("application:seal", standing="member", phase="received")
    | rights("letter:read", standing="member", phase="delivered")
    | rights("event:read", standing="member", phase="own"),
    Role.ENDORSER: rights(
        "consultation:answer", "consultation:read", "routing:answer", "routing:read"
    ),
    Role.CLERK: RUN
    | rights("document:check", "motion:confirm", standing="second")
    | rights("motion:record")
    | rights("stage:enter-survey")
    | rights("stage:read-ranking", phase="closed"),
    Role.HEAD: RUN
    | rights("document:check", "motion:confirm", standing="second")
    | rights("stage:read-ranking", phase="closed")
    | rights(
        "cycle:cancel",
        "cycle:complete",
        "cycle:correct",
        "cycle:extend",
        "cycle:launch",
        "cycle:postpone",
        "cycle:publish-call",
        "cycle:read-bonus",
        "cycle:resume",
        "cycle:seat",
        "cycle:suspend",
        "entry:disqualify",
        "document:sign",
        "document:withdraw",
        "notice:post",
        "objection:read-objector",
        "objection:rule",
        "programme:adopt",
        "programme:open-cycle",
        "programme:remind",
        "programme:word",
        "stage:choose-tiers",
        "stage:close",
        "stage:decide-tie",
        "stage:grant",
    ),
    Role.CONTRACTED_SECRETARIAT: set(),
    Role.JUDGE: rights("assignment:read", standing="assigned")
    | rights("assignment:read-dossier", standing="assigned", phase="running")
    | rights("panel:compare", "panel:read", "scorebook:agree", "scorebook:read", standing="member")
    | rights("scorebook:lock", "scorebook:propose", standing="leader")
    | rights("sheet:lock", "sheet:read", "sheet:score", standing="author"),
    Role.COMMITTEE_MEMBER: rights("motion:read", phase="decided")
    | rights("assignment:read", standing="assigned")
    | rights("assignment:read-dossier", standing="assigned", phase="running")
    | rights("panel:compare", "panel:read", "scorebook:agree", "scorebook:read", standing="member")
    | rights("scorebook:lock", "scorebook:propose", standing="leader")
    | rights("sheet:lock", "sheet:read", "sheet:score", standing="author"),
    Role.APPROVER: rights("approval:read", "stage:approve"),
    Role.FINANCE: rights("cycle:read-bonus"),
    Role.SUPERVISOR: rights(
        "approval:read",
        "consultation:read",
        "cure:read",
        "cycle:read",
        "cycle:read-bonus",
        "cycle:read-log",
        "document:read",
        "entry:read",
        "message:read",
        "notice:read",
        "programme:read-records",
        "routing:read",
        "stage:read",
        "stage:read-recommendations",
    )
    | rights("application:read", phase="received")
    | rights("motion:read", phase="decided")
    | rights("stage:read-snapshot", phase="closed"),
    Role.SYSTEM_ADMINISTRATOR: rights(
        "authority:create",
        "portal:read",
        "portal:register",
        "portal:revoke",
        "portal:rotate",
        "programme:create",
    ),
    Role.SECURITY_ADMINISTRATOR: rights(
        "account:disable",
        "account:enable",
        "account:grant",
        "account:invite",
        "account:read",
        "account:reset",
    ),
    Role.AUDIT_ADMINISTRATOR: set(),
}


def as_matrix() -> dict[str, set[Right]]:
    """The policy's own table, by role."""
    found: dict[str, set[Right]] = {role: set() for role in (PUBLIC, *Role)}
    for verb, role, standing, phase in TABLE:
        found[role].add((verb, standing, phase))
    return found


def test_every_role_has_exactly_the_rights_written_here() -> None:
    table = as_matrix()
    assert set(EXPECTED) == set(table)
    for role, expected in EXPECTED.items():
        assert table[role] - expected == set(), f"{role} may more than is written down"
        assert expected - table[role] == set(), f"{role} may less than is written down"


def test_no_row_stands_twice() -> None:
    assert len(TABLE) == len(set(TABLE))
    assert len(TABLE) == sum(len(expected) for expected in EXPECTED.values())


def test_every_role_has_a_kind_of_scope() -> None:
    assert set(SCOPE) == set(Role)
    by_kind = {kind: {r for r, k in SCOPE.items() if k == kind} for kind in set(SCOPE.values())}
    assert by_kind == {
        "organisation": {Role.APPLICANT},
        "authority": {Role.ENDORSER},
        "cycle": {Role.CONTRACTED_SECRETARIAT, Role.COMMITTEE_MEMBER},
        "programme": {
            Role.CLERK,
            Role.HEAD,
            Role.JUDGE,
            Role.APPROVER,
            Role.FINANCE,
            Role.SUPERVISOR,
        },
        SERVICE: {
            Role.SYSTEM_ADMINISTRATOR,
            Role.SECURITY_ADMINISTRATOR,
            Role.AUDIT_ADMINISTRATOR,
        },
    }


def may(role: str) -> set[str]:
    return {verb for verb, _, _ in EXPECTED[role]}


def test_nobody_in_the_office_sees_draft_scores() -> None:
    for role in (Role.CLERK, Role.HEAD, Role.SUPERVISOR, Role.FINANCE, Role.APPROVER):
        assert not {verb for verb in may(role) if verb.startswith(("sheet:", "scorebook:"))}


def test_judges_have_rights_by_standing_alone() -> None:
    assert all(standing is not None for _, standing, _ in EXPECTED[Role.JUDGE])


def test_administrators_of_the_service_see_nothing_of_the_award() -> None:
    for role in (
        Role.SYSTEM_ADMINISTRATOR,
        Role.SECURITY_ADMINISTRATOR,
        Role.AUDIT_ADMINISTRATOR,
    ):
        seen = {verb.split(":")[0] for verb in may(role)}
        assert seen <= {"account", "authority", "portal", "programme"}


def test_rights_of_the_three_administrators_do_not_meet() -> None:
    three = [
        may(role)
        for role in (
            Role.SYSTEM_ADMINISTRATOR,
            Role.SECURITY_ADMINISTRATOR,
            Role.AUDIT_ADMINISTRATOR,
        )
    ]
    assert sum(len(verbs) for verbs in three) == len(set.union(*three))


def test_who_decides_does_not_also_run_the_numbers() -> None:
    assert "stage:approve" not in may(Role.HEAD) | may(Role.CLERK)
    assert "stage:close" not in may(Role.CLERK) | may(Role.APPROVER)
    assert "motion:record" not in may(Role.HEAD)
