"""What must always be true of a database of awards, whatever was killed, cut or raced?

Named questions in SQL; each answers with the rows that break it, and so with none. They go across
packages and therefore ask the tables, not the packages.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

QUESTIONS: Mapping[str, str] = {
    "submitted-without-entry": """
        SELECT a.id FROM application a WHERE a.status = 'submitted'
        AND NOT EXISTS (SELECT FROM entry e WHERE e.application_id = a.id)""",
    "draft-with-entry": """
        SELECT e.id FROM entry e JOIN application a ON a.id = e.application_id
        WHERE a.status = 'draft'""",
    "submitted-after-the-deadline": """
        SELECT a.id FROM application a JOIN entry e ON e.application_id = a.id
        JOIN stage s ON s.id = e.stage_id
        WHERE s.kind = 'intake' AND a.submitted_at > s.closes_at""",
    "withdrawn-but-live": """
        SELECT e.id FROM entry e JOIN application a ON a.id = e.application_id
        LEFT JOIN outcome o ON o.entry_id = e.id
        WHERE a.status = 'withdrawn' AND o.entry_id IS NULL""",
    "closed-without-outcome": """
        SELECT e.id FROM entry e JOIN stage s ON s.id = e.stage_id
        LEFT JOIN outcome o ON o.entry_id = e.id
        WHERE s.status = 'closed' AND o.entry_id IS NULL""",
    "closed-without-snapshot": """
        SELECT s.id FROM stage s WHERE s.status = 'closed' AND NOT EXISTS (
          SELECT FROM snapshot t WHERE t.stage_id = s.id AND t.round = s.round)""",
    "decided-in-an-open-stage": """
        SELECT e.id FROM entry e JOIN stage s ON s.id = e.stage_id AND s.round = e.round
        JOIN outcome o ON o.entry_id = e.id
        WHERE s.status <> 'closed' AND o.result <> 'withdrawn'""",
    "snapshot-of-an-open-stage": """
        SELECT t.id FROM snapshot t JOIN stage s ON s.id = t.stage_id AND s.round = t.round
        WHERE s.status <> 'closed'""",
    "two-live-entries": """
        SELECT e.application_id FROM entry e LEFT JOIN outcome o ON o.entry_id = e.id
        WHERE o.entry_id IS NULL GROUP BY e.application_id, e.stage_id HAVING count(*) > 1""",
    "snapshot-unlike-its-stage": """
        SELECT t.id FROM snapshot t
        WHERE CAST(t.text AS jsonb) -> 'verdicts' IS NOT NULL
        AND jsonb_array_length(CAST(t.text AS jsonb) -> 'verdicts') <> (
          SELECT count(*) FROM entry e JOIN outcome o ON o.entry_id = e.id
          WHERE e.stage_id = t.stage_id AND e.round = t.round AND o.result <> 'withdrawn')""",
    "award-without-advance": """
        SELECT w.id FROM award w JOIN entry e ON e.id = w.entry_id
        JOIN stage s ON s.id = e.stage_id JOIN outcome o ON o.entry_id = e.id
        WHERE s.kind <> 'grant' OR o.result NOT IN ('advanced', 'withdrawn')""",
    "places-exceeded": """
        SELECT c.id FROM award w JOIN entry e ON e.id = w.entry_id
        JOIN stage s ON s.id = e.stage_id JOIN cycle c ON c.id = s.cycle_id
        GROUP BY c.id HAVING count(*) > c.places""",
    "locked-sheet-incomplete": """
        SELECT s.id FROM sheet s JOIN assignment a ON a.id = s.assignment_id
        WHERE s.status = 'locked' AND EXISTS (
          SELECT FROM sheet_item i WHERE i.sheet_id = s.id AND i.percentage IS NULL)""",
    "item-without-its-revisions": """
        SELECT i.sheet_id FROM sheet_item i
        LEFT JOIN (SELECT sheet_id, code, count(*) AS kept, max(version) AS last
                   FROM sheet_revision GROUP BY sheet_id, code) r USING (sheet_id, code)
        WHERE i.version <> coalesce(r.kept, 0) OR i.version <> coalesce(r.last, 0)""",
    "item-unlike-its-last-revision": """
        SELECT i.sheet_id FROM sheet_item i JOIN sheet_revision r
        ON r.sheet_id = i.sheet_id AND r.code = i.code AND r.version = i.version
        WHERE r.percentage IS DISTINCT FROM i.percentage""",
    "submission-without-audit": """
        SELECT a.id FROM application a WHERE a.submitted_at IS NOT NULL AND NOT EXISTS (
          SELECT FROM audit_event v WHERE v.subject = a.id AND v.act = 'application:submit')""",
    "closing-without-audit": """
        SELECT s.id FROM stage s WHERE s.status = 'closed' AND NOT EXISTS (
          SELECT FROM audit_event v WHERE v.subject = s.id AND v.act = 'stage:close')""",
    "lock-without-audit": """
        SELECT s.id FROM sheet s WHERE s.status = 'locked' AND NOT EXISTS (
          SELECT FROM audit_event v WHERE v.subject = s.id AND v.act = 'sheet:lock')""",
    "grant-without-audit": """
        SELECT g.id FROM grant_decision g WHERE NOT EXISTS (
          SELECT FROM audit_event v WHERE v.subject = g.stage_id AND v.act = 'stage:grant')""",
    "objection-without-audit": """
        SELECT o.id FROM objection o WHERE NOT EXISTS (
          SELECT FROM audit_event v WHERE v.subject = o.id AND v.act = 'notice:object')""",
    "stored-without-audit": """
        SELECT f.id FROM attachment f WHERE f.state = 'stored' AND NOT EXISTS (
          SELECT FROM audit_event v WHERE v.subject = f.id AND v.act = 'attachment:store')""",
    "audit-without-its-move": """
        SELECT v.id FROM audit_event v JOIN application a ON a.id = v.subject
        WHERE v.act = 'application:submit' AND a.submitted_at IS NULL""",
    "act-neither-sealed-nor-waiting": """
        SELECT v.id FROM audit_event v WHERE
          (SELECT count(*) FROM unsealed_event u WHERE u.event_id = v.id)
          + (SELECT count(*) FROM log_leaf l WHERE l.event_id = v.id) <> 1""",
    "named-request-without-answer": """
        SELECT key FROM once WHERE status IS NULL""",
}


@dataclass(frozen=True, slots=True, order=True)
class Broken:
    """A row that breaks an invariant; `row` is its identifier."""

    name: str
    row: str


async def broken(db: AsyncSession) -> list[Broken]:
    """Everything that is not as it must be; one statement a question."""
    found: list[Broken] = []
    for name, question in QUESTIONS.items():
        rows = await db.scalars(text(question))
        found += [Broken(name, str(row)) for row in rows]
    return sorted(found)
