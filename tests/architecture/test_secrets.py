"""What applicants hand in, trade secrets among it, is in no answer given without sign-in."""

from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel

from app.award.applications.form_schemas import PrivateAnswerView, SectionView
from app.award.applications.schemas import AttachmentView, Form, Secrets
from tests.architecture.test_operations import SIGNED_IN, dependencies, models, routes

KEPT = {AttachmentView, Form, PrivateAnswerView, Secrets, SectionView}


def told_by(route: APIRoute) -> set[type[BaseModel]]:
    """What of it stands in the answer of an operation."""
    return models(route.response_field and route.response_field.field_info.annotation) & KEPT


def test_no_public_answer_holds_a_form_or_a_file(app: FastAPI) -> None:
    public = [route for route in routes(app) if not dependencies(route) & SIGNED_IN]
    assert len(public) > 10
    assert any(told_by(route) == {AttachmentView, Form, Secrets} for route in routes(app))
    # An upload asks for the token by itself.
    held = {route.operation_id for route in public if told_by(route)}
    assert held - {"upload_attachment"} == set()
