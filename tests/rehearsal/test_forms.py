"""Does whoever plays an applicant fill in every form so that nothing is missing?"""

import pytest

from app.award.applications.naming import intake_of
from app.catalogue import loader
from app.rehearsal import facts, forms
from app.rehearsal.cast import make_cast
from app.rehearsal.clock import CUT_OFF
from app.rules.forms.complete import gaps
from app.rules.forms.shape import form_misfits
from app.rules.forms.whole import whole_form
from app.rules.regulation.read import read


@pytest.mark.parametrize("code", loader.regulation_codes())
def test_forms_of_the_rehearsal_lack_nothing(code: str) -> None:
    regulation = read(loader.regulation_text(code))
    cast = make_cast(7, 12, 5)
    for track in regulation.tracks:
        rule = intake_of(regulation, track.key)
        form_set = loader.form_set(track.form or loader.default_form(track.awardee))
        criteria = loader.criteria(track.criteria) if track.criteria else None
        whole = whole_form(regulation, rule, track.key, form_set, criteria, CUT_OFF, {})
        for firm in cast.firms:
            declared = facts.of(regulation, cast, firm.number).declared
            document = {
                "registered_on": firm.registered_on.isoformat(),
                "employees": firm.employees,
                "industry": firm.industry,
                "contact_name": firm.speaker,
                "summary": firm.summary,
                "facts": declared,
                "answers": forms.answers(regulation, rule, track.key, firm, declared),
            }
            assert form_misfits(whole, document) == []
            assert gaps(whole, document, loader.lists_of(form_set)) == []
