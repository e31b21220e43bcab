"""What can stand against a vote, and which votes can be held here? Pure."""

from app.platform.errors import Conflict, Invalid, NotFound, Refusal
from app.rules.regulation.model import Committee, Regulation
from app.rules.regulation.problems import Problem, problem
from app.rules.regulation.stages import Vote


class MotionUnknown(NotFound):
    code = "motion-not-found"
    zh = "没有这项议案，或您无权查看。"
    en = "There is no such motion, or you may not see it."


class TallyUnknown(NotFound):
    code = "tally-not-found"
    zh = "计票结果经第二人核对确认后方可查看。"
    en = "The tally is shown once a second person has confirmed it."


class PersonUnknown(Invalid):
    code = "person-unknown"
    zh = "没有这个人员。"
    en = "There is no such person."


class SeatedTwice(Conflict):
    code = "seated-twice"
    zh = "该人员在本届评委会中已有席位。"
    en = "This person has a seat in the cycle's committee already."


class MotionNotConfirmed(Conflict):
    code = "motion-not-confirmed"
    zh = "表决记录尚未经第二人核对确认。"
    en = "The minutes are not confirmed by a second person."


class QuorumNotMet(Conflict):
    code = "quorum-not-met"
    zh = "到会委员不足法定人数（委员 {members} 人，到会 {present} 人）。"
    en = "The quorum is not met ({present} of {members} members present)."


class MotionDecided(Conflict):
    code = "motion-decided"
    zh = "表决结果已经确认，不能退回。"
    en = "The vote is confirmed; it is not sent back any more."


class CountsDiffer(Conflict):
    code = "counts-differ"
    zh = "第二次录入的票数与第一次不一致，请对照表决票重新核对。"
    en = "The second count differs from the first; compare both with the paper."


class SeatUnknown(Invalid):
    code = "seat-unknown"
    zh = "本届评委会没有这个席位。"
    en = "The cycle's committee has no such seat."


class NotInMotion(Invalid):
    code = "not-in-motion"
    zh = "本议案没有这个参评单位。"
    en = "The motion has no such entry."


class NamedTwice(Invalid):
    code = "named-twice"
    zh = "同一席位或同一票重复出现。"
    en = "The same seat or ballot stands here twice."


class BallotOfAbsent(Invalid):
    code = "ballot-of-absent"
    zh = "未到会的委员不能有表决票。"
    en = "A member who was absent has no ballot."


class BallotOfRecused(Invalid):
    code = "ballot-of-recused"
    zh = "已回避的委员不能对该单位表决。"
    en = "A recused member has no ballot on this entry."


class MemberNotRecused(Invalid):
    code = "member-not-recused"
    zh = "委员“{holder}”与参评单位有利害关系，须回避（参评 {entry}）。"
    en = "The member “{holder}” has an interest in the entry {entry} and must be recused."


class TellerIsScrutineer(Invalid):
    code = "teller-is-scrutineer"
    zh = "计票人与监票人不能是同一人。"
    en = "Whoever counts does not watch the count."


class IssuedExceedsPresent(Invalid):
    code = "issued-exceeds-present"
    zh = "发出的表决票多于到会人数。"
    en = "More slips were issued than members were present."


class ReturnedExceedsIssued(Invalid):
    code = "returned-exceeds-issued"
    zh = "收回的表决票多于发出的表决票。"
    en = "More slips were returned than issued."


class SlipsDoNotAddUp(Invalid):
    code = "slips-do-not-add-up"
    zh = "收回的表决票数与录入的票数不一致。"
    en = "The slips returned are not as many as the ballots tell."


class ChoicesDoNotAddUp(Invalid):
    code = "choices-do-not-add-up"
    zh = "参评 {entry} 的票数与收回的表决票数不一致。"
    en = "The votes on entry {entry} are not as many as the slips returned."


class ChoicesExceedValid(Invalid):
    code = "choices-exceed-valid-slips"
    zh = "参评 {entry} 的有效票多于有效表决票。"
    en = "Entry {entry} has more valid votes than there are valid slips."


class VoteIsSecret(Invalid):
    code = "vote-is-secret"
    zh = "本次表决为无记名投票：只录入各单位的票数和有效、无效票数，不录入每张票是谁投的。"
    en = "The ballot is secret: give the counts and the valid and invalid slips, no ballots."


class VoteIsNamed(Invalid):
    code = "vote-is-named"
    zh = "本次表决为记名投票：请逐票录入，不录入汇总票数。"
    en = "The ballot is named: give every ballot, no counts."


class CommitteeTooSmall(Conflict):
    code = "committee-too-small"
    zh = "评委会现有委员 {members} 人，办法规定至少 {least} 人。"
    en = "The committee has {members} members; the regulation wants at least {least}."


class CommitteeTooLarge(Conflict):
    code = "committee-too-large"
    zh = "评委会现有委员 {members} 人，办法规定至多 {most} 人。"
    en = "The committee has {members} members; the regulation allows at most {most}."


class CommitteeEven(Conflict):
    code = "committee-even"
    zh = "评委会现有委员 {members} 人，办法规定人数须为单数。"
    en = "The committee has {members} members; the regulation wants an odd number."


class MeetingStillScores(Conflict):
    code = "meeting-still-scores"
    zh = "同场进行的“{name}”评分尚未结束，不能录入表决。"
    en = "“{name}”, scored in the same meeting, is not closed; the vote is recorded after it."


def committee_obstacles(committee: Committee | None, members: int) -> list[Refusal]:
    """How the committee's seats differ from what the regulation says of its size."""
    found: list[Refusal] = []
    if committee is None:
        return found
    if committee.at_least is not None and members < committee.at_least:
        found.append(CommitteeTooSmall(members=members, least=committee.at_least))
    if committee.at_most is not None and members > committee.at_most:
        found.append(CommitteeTooLarge(members=members, most=committee.at_most))
    if committee.odd and members % 2 == 0:
        found.append(CommitteeEven(members=members))
    return found


def votes_not_offered(regulation: Regulation) -> list[Problem]:
    """Votes that cannot be held: those that are not on paper."""
    return [
        problem("vote_not_offered", ("stages", place, "mode"), found=f"mode: {rule.mode}")
        for place, rule in enumerate(regulation.stages)
        if isinstance(rule, Vote) and rule.mode != "recorded"
    ]
