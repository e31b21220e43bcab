"""Does the service ship the criteria and forms that a regulation names, with all that it needs?"""

from collections.abc import Iterator

from app.catalogue import loader
from app.rules.exact import decimal_text
from app.rules.forms.check import fields_of
from app.rules.forms.model import FormSet, Listed
from app.rules.forms.sentences import problem as unfit_form
from app.rules.regulation.model import Regulation
from app.rules.regulation.problems import Problem, problem
from app.rules.regulation.stages import Composite, Intake, Panel

Path = tuple[str | int, ...]


def check_criteria(regulation: Regulation) -> list[Problem]:
    """Criteria sets that are not in the catalogue, categories that they lack, cuts among points out
    of different totals, and a division of work that does not fit them.
    """
    found = list(_unknown(regulation))
    for place, stage in enumerate(regulation.stages):
        path: Path = ("stages", place)
        if isinstance(stage, Composite):
            found += _ties(regulation, stage, path)
        if isinstance(stage, Panel):
            found += _alike(regulation, stage, path)
        if isinstance(stage, Panel) and stage.panel_of is not None:
            found += _division(regulation, stage, path)
    return found


def check_forms(regulation: Regulation) -> list[Problem]:
    """Forms that are not in the catalogue, and texts by item where there are no criteria."""
    found: list[Problem] = []
    known = loader.form_codes()
    for place, track in enumerate(regulation.tracks):
        if track.form is not None and track.form not in known:
            here: Path = ("tracks", place, "form")
            found.append(problem("unknown_form", here, key=track.form, choices="、".join(known)))
    for place, stage in enumerate(regulation.stages):
        if isinstance(stage, Intake):
            for track in regulation.tracks:
                if stage.assessed(track.key) and track.criteria is None:
                    here = ("stages", place, "self_assessment")
                    found.append(problem("assessed_without_criteria", here, key=track.key))
    return found


def check_form(form: FormSet) -> list[Problem]:
    """Code lists that are not in the catalogue, or not in the version named."""
    found: list[Problem] = []
    for path, field in fields_of(form):
        if isinstance(field, Listed):
            known = loader.versions_of(field.list) if field.list in loader.code_lists() else ()
            if field.version not in known:
                told = "、".join(known or loader.code_lists())
                where, version = (*path, "list"), field.version
                found.append(
                    unfit_form("unknown_list", where, key=field.list, version=version, choices=told)
                )
    return found


def _unknown(regulation: Regulation) -> Iterator[Problem]:
    named: list[tuple[str, Path]] = [
        (track.criteria, ("tracks", place, "criteria"))
        for place, track in enumerate(regulation.tracks)
        if track.criteria is not None
    ]
    named += [
        (stage.rubric, ("stages", place, "rubric"))
        for place, stage in enumerate(regulation.stages)
        if isinstance(stage, Panel) and stage.rubric is not None
    ]
    known = loader.criteria_codes()
    for code, path in named:
        if code not in known:
            yield problem("unknown_criteria", path, key=code, choices="、".join(known))


def _ties(regulation: Regulation, stage: Composite, path: Path) -> Iterator[Problem]:
    for place, tie in enumerate(stage.ties):
        panel = regulation.stage(tie.stage)
        if tie.category is None or not isinstance(panel, Panel):
            continue
        for track in regulation.tracks_of(stage):
            known = _categories(regulation, panel, track)
            if known and tie.category not in known:
                here = (*path, "ties", place, "category")
                yield problem(
                    "unknown_category", here, key=tie.category, choices="、".join(sorted(known))
                )
                break


def _alike(regulation: Regulation, panel: Panel, path: Path) -> Iterator[Problem]:
    """A cut compares points, so all who stand at it must be scored out of the same total."""
    own, advance = regulation.tracks_of(panel), panel.advances
    lots = [list(own)] if advance.at_least is not None else [lot.of(own) for lot in advance.lots]
    for tracks in lots:
        codes = {regulation.criteria_of(panel, track) for track in tracks}
        totals = {loader.criteria(code).total for code in codes & set(loader.criteria_codes())}
        if len(totals) > 1:
            told = "、".join(decimal_text(total) for total in sorted(totals))
            yield problem("unlike_scores", (*path, "advance"), totals=told)


def _division(regulation: Regulation, panel: Panel, path: Path) -> Iterator[Problem]:
    """Who scores which category was fixed when the panel was formed, by the criteria of then."""
    lender = panel
    while lender.panel_of is not None:
        before = regulation.stage(lender.panel_of)
        if not isinstance(before, Panel):
            return
        lender = before
    if panel.division == lender.division == "by_category" and any(
        _categories(regulation, panel, track) != _categories(regulation, lender, track)
        for track in regulation.tracks_of(panel)
    ):
        yield problem("division_unfit", (*path, "division"), key=lender.key)


def _categories(regulation: Regulation, panel: Panel, track: str) -> frozenset[str]:
    """Codes of the categories that a panel scores of a track; none where the set is unknown."""
    code = regulation.criteria_of(panel, track)
    if code not in loader.criteria_codes():
        return frozenset()
    return frozenset(category.code for category in loader.criteria(code).categories)
