"""Who may do what? THE table: no other module answers that question.

A row is `verb · role · standing · phase`. A verb that is not here does not exist; a role without a
row may do nothing. `public` is everybody, signed in or not. A standing is a relation of the person
to the one object, a phase a state of the object; both are SQL expressions in the package that owns
the object. A conflict of interest beats every role but the party's own.
"""

from app.award.roles import SCOPE, Role
from app.platform.security.permission import PUBLIC, Grant, Policy

APPLICANT, ENDORSER, CLERK, HEAD = Role.APPLICANT, Role.ENDORSER, Role.CLERK, Role.HEAD
JUDGE, MEMBER, APPROVER = Role.JUDGE, Role.COMMITTEE_MEMBER, Role.APPROVER
FINANCE, SUPERVISOR = Role.FINANCE, Role.SUPERVISOR
SYSTEM, SECURITY, AUDIT = (
    Role.SYSTEM_ADMINISTRATOR,
    Role.SECURITY_ADMINISTRATOR,
    Role.AUDIT_ADMINISTRATOR,
)

# fmt: off
TABLE: list[tuple[str, str, str | None, str | None]] = [
    # verb                      role        standing        phase
    # --- people
    ("account:activate",        PUBLIC,     None,           None),
    ("account:disable",         SECURITY,   None,           None),
    ("account:enable",          SECURITY,   None,           None),
    ("account:grant",           SECURITY,   None,           None),
    ("account:invite",          SECURITY,   None,           None),
    ("account:read",            SECURITY,   None,           None),
    ("account:register",        PUBLIC,     None,           None),
    ("account:reset",           SECURITY,   None,           None),
    ("notification:read",       PUBLIC,     "addressee",    None),
    ("organisation:apply",      APPLICANT,  None,           None),
    ("organisation:read",       APPLICANT,  None,           None),
    ("organisation:register",   PUBLIC,     None,           None),
    # --- programmes, regulations, cycles
    ("authority:create",        SYSTEM,     None,           None),
    ("authority:read",          PUBLIC,     None,           None),
    ("programme:adopt",         HEAD,       None,           None),
    ("programme:create",        SYSTEM,     None,           None),
    ("programme:enrol",         CLERK,      None,           None),
    ("programme:enrol",         HEAD,       None,           None),
    ("programme:open-cycle",    HEAD,       None,           None),
    ("programme:read",          PUBLIC,     None,           None),
    ("programme:record",        CLERK,      None,           None),
    ("programme:record",        HEAD,       None,           None),
    ("programme:read-records",  CLERK,      None,           None),
    ("programme:read-records",  HEAD,       None,           None),
    ("programme:read-records",  SUPERVISOR, None,           None),
    ("programme:read-wordings", CLERK,      None,           None),
    ("programme:read-wordings", HEAD,       None,           None),
    ("programme:word",          HEAD,       None,           None),
    ("message:read",            CLERK,      None,           None),
    ("message:read",            HEAD,       None,           None),
    ("message:read",            SUPERVISOR, None,           None),
    ("message:resend",          CLERK,      None,           None),
    ("message:resend",          HEAD,       None,           None),
    ("cycle:cancel",            HEAD,       None,           None),
    ("cycle:complete",          HEAD,       None,           None),
    ("cycle:correct",           HEAD,       None,           None),
    ("cycle:extend",            HEAD,       None,           None),
    ("cycle:launch",            HEAD,       None,           None),
    ("cycle:plan",              CLERK,      None,           None),
    ("cycle:plan",              HEAD,       None,           None),
    ("cycle:postpone",          HEAD,       None,           None),
    ("cycle:read",              PUBLIC,     None,           "launched"),
    ("cycle:read",              CLERK,      None,           None),
    ("cycle:read",              HEAD,       None,           None),
    ("cycle:read",              SUPERVISOR, None,           None),
    ("cycle:read-log",          SUPERVISOR, None,           None),
    ("cycle:resume",            HEAD,       None,           None),
    ("cycle:seat",              HEAD,       None,           None),
    ("cycle:suspend",           HEAD,       None,           None),
    # --- the sieve
    ("stage:choose-tiers",      HEAD,       None,           None),
    ("stage:close",             HEAD,       None,           None),
    ("stage:confirm-survey",    CLERK,      None,           None),
    ("stage:confirm-survey",    HEAD,       None,           None),
    ("stage:decide-tie",        HEAD,       None,           None),
    ("stage:enter-survey",      CLERK,      None,           None),
    ("stage:form-panels",       CLERK,      None,           None),
    ("stage:form-panels",       HEAD,       None,           None),
    ("stage:open",              CLERK,      None,           None),
    ("stage:open",              HEAD,       None,           None),
    ("stage:read",              PUBLIC,     None,           "launched"),
    ("stage:read",              CLERK,      None,           None),
    ("stage:read",              HEAD,       None,           None),
    ("stage:read",              SUPERVISOR, None,           None),
    ("stage:read-ranking",      CLERK,      None,           "closed"),
    ("stage:read-ranking",      HEAD,       None,           "closed"),
    ("stage:read-snapshot",     SUPERVISOR, None,           "closed"),
    ("stage:read-recommendations", CLERK,   None,           None),
    ("stage:read-recommendations", HEAD,    None,           None),
    ("stage:read-recommendations", SUPERVISOR, None,        None),
    ("stage:route",             CLERK,      None,           None),
    ("stage:route",             HEAD,       None,           None),
    ("routing:answer",          ENDORSER,   None,           None),
    ("routing:read",            ENDORSER,   None,           None),
    ("routing:read",            CLERK,      None,           None),
    ("routing:read",            HEAD,       None,           None),
    ("routing:read",            SUPERVISOR, None,           None),
    ("stage:read-survey",       CLERK,      None,           None),
    ("stage:read-survey",       HEAD,       None,           None),
    ("entry:consult",           CLERK,      None,           None),
    ("entry:consult",           HEAD,       None,           None),
    ("entry:read",              CLERK,      None,           None),
    ("entry:read",              HEAD,       None,           None),
    ("entry:read",              SUPERVISOR, None,           None),
    ("entry:screen",            CLERK,      None,           None),
    ("entry:screen",            HEAD,       None,           None),
    # --- applications
    ("application:edit",        APPLICANT,  None,           "draft"),
    ("application:read",        APPLICANT,  None,           None),
    ("application:read",        CLERK,      None,           "received"),
    ("application:read",        HEAD,       None,           "received"),
    ("application:read",        SUPERVISOR, None,           "received"),
    ("application:submit",      APPLICANT,  None,           None),
    ("application:withdraw",    APPLICANT,  None,           None),
    # --- judging and scoring
    ("assignment:read",         JUDGE,      "assigned",     None),
    ("assignment:read",         MEMBER,     "assigned",     None),
    ("assignment:read",         CLERK,      None,           None),
    ("assignment:read",         HEAD,       None,           None),
    ("assignment:read-dossier", JUDGE,      "assigned",     "running"),
    ("assignment:read-dossier", MEMBER,     "assigned",     "running"),
    ("expert:declare",          PUBLIC,     "self",         None),
    ("expert:read",             PUBLIC,     "self",         None),
    ("expert:read",             CLERK,      None,           None),
    ("expert:read",             HEAD,       None,           None),
    ("panel:change",            CLERK,      None,           None),
    ("panel:change",            HEAD,       None,           None),
    ("panel:compare",           JUDGE,      "member",       None),
    ("panel:compare",           MEMBER,     "member",       None),
    ("panel:read",              JUDGE,      "member",       None),
    ("panel:read",              MEMBER,     "member",       None),
    ("panel:read",              CLERK,      None,           None),
    ("panel:read",              HEAD,       None,           None),
    ("sheet:lock",              JUDGE,      "author",       None),
    ("sheet:lock",              MEMBER,     "author",       None),
    ("sheet:read",              JUDGE,      "author",       None),
    ("sheet:read",              MEMBER,     "author",       None),
    ("sheet:score",             JUDGE,      "author",       None),
    ("sheet:score",             MEMBER,     "author",       None),
    ("scorebook:agree",         JUDGE,      "member",       None),
    ("scorebook:agree",         MEMBER,     "member",       None),
    ("scorebook:lock",          JUDGE,      "leader",       None),
    ("scorebook:lock",          MEMBER,     "leader",       None),
    ("scorebook:propose",       JUDGE,      "leader",       None),
    ("scorebook:propose",       MEMBER,     "leader",       None),
    ("scorebook:read",          JUDGE,      "member",       None),
    ("scorebook:read",          MEMBER,     "member",       None),
    # --- committee
    ("motion:confirm",          CLERK,      "second",       None),
    ("motion:confirm",          HEAD,       "second",       None),
    ("motion:read",             CLERK,      None,           None),
    ("motion:read",             HEAD,       None,           None),
    ("motion:read",             MEMBER,     None,           "decided"),
    ("motion:read",             SUPERVISOR, None,           "decided"),
    ("motion:record",           CLERK,      None,           None),
    # --- publicity
    ("notice:draft",            CLERK,      None,           None),
    ("notice:draft",            HEAD,       None,           None),
    ("notice:object",           PUBLIC,     None,           "posted"),
    ("notice:post",             HEAD,       None,           None),
    ("notice:read",             PUBLIC,     None,           "posted"),
    ("notice:read",             CLERK,      None,           None),
    ("notice:read",             HEAD,       None,           None),
    ("notice:read",             SUPERVISOR, None,           None),
    ("objection:read",          CLERK,      None,           None),
    ("objection:read",          HEAD,       None,           None),
    ("objection:read-objector", HEAD,       None,           None),
    ("objection:rule",          HEAD,       None,           None),
    # --- events
    ("event:read",              PUBLIC,     None,           "public"),
    ("event:read",              APPLICANT,  None,           "own"),
    # --- government, award
    ("approval:read",           APPROVER,   None,           None),
    ("approval:read",           CLERK,      None,           None),
    ("approval:read",           HEAD,       None,           None),
    ("approval:read",           SUPERVISOR, None,           None),
    ("stage:approve",           APPROVER,   None,           None),
    ("stage:grant",             HEAD,       None,           None),
    ("award:read",              PUBLIC,     None,           "published"),
    ("cycle:read-bonus",        FINANCE,    None,           None),
    ("cycle:read-bonus",        HEAD,       None,           None),
    ("cycle:read-bonus",        SUPERVISOR, None,           None),
]
# fmt: on


def make_policy(table: list[tuple[str, str, str | None, str | None]] = TABLE) -> Policy:
    """The policy that the service runs under."""
    grants: dict[str, list[Grant]] = {}
    for verb, role, standing, phase in table:
        grants.setdefault(verb, []).append(Grant(role, standing, phase))
    return Policy(SCOPE, grants, party=frozenset({APPLICANT}))
