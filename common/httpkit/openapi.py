"""The OpenAPI 3.1 document of a service, made from its endpoints."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from common.httpkit.api import Api, Endpoint

_REF = "#/components/schemas/{model}"
_REFUSALS = (400, 401, 403, 404, 405, 408, 409, 410, 413, 414, 415, 422, 429, 431, 500, 503)


class Problem(BaseModel):
    """Every refusal: RFC 9457 with a stable ``code``."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    error: str
    field: str | None = None


def document(api: Api, version: str) -> dict[str, Any]:
    """The OpenAPI document of ``api``."""
    references, definitions = _schemas(api)
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in api.endpoints:
        for path in endpoint.paths:
            template = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path)
            operation = _operation(endpoint, references, path)
            paths.setdefault(template, {})[endpoint.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": api.title, "version": version},
        "paths": paths,
        "components": {
            "schemas": definitions,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            },
        },
    }


def _schemas(api: Api) -> tuple[dict[Any, dict[str, Any]], dict[str, Any]]:
    wanted: set[tuple[type[BaseModel], JsonSchemaMode]] = {(Problem, "serialization")}
    for endpoint in api.endpoints:
        for model in (endpoint.body, endpoint.query, endpoint.path, endpoint.form):
            if model:
                wanted.add((model, "validation"))
        wanted.update(
            (model, "serialization") for model in map(_model, endpoint.answers.values()) if model
        )
    ordered = sorted(wanted, key=lambda pair: (pair[0].__name__, pair[1]))
    references, schema = models_json_schema(ordered, ref_template=_REF)
    return dict(references), schema.get("$defs", {})


def _model(answer: Any) -> type[BaseModel] | None:
    inner = get_args(answer)[0] if get_origin(answer) is list else answer
    return inner if isinstance(inner, type) and issubclass(inner, BaseModel) else None


def _operation(endpoint: Endpoint, references: Any, path: str) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": endpoint.summary,
        "operationId": re.sub(r"\W+", "_", f"{endpoint.method} {path}").strip("_").lower(),
        "tags": [endpoint.tag] if endpoint.tag else [],
        "parameters": list(_parameters(endpoint)),
        "responses": _responses(endpoint, references),
    }
    body = _request_body(endpoint, references)
    if body:
        operation["requestBody"] = body
    if endpoint.signed_in:
        operation["security"] = [{"bearer": []}]
    return operation


def _parameters(endpoint: Endpoint) -> Any:
    for place, model in (("path", endpoint.path), ("query", endpoint.query)):
        schema = model.model_json_schema(ref_template=_REF) if model else {}
        for name, item in schema.get("properties", {}).items():
            required = place == "path" or name in schema.get("required", ())
            yield {"name": name, "in": place, "required": required, "schema": item}
    if endpoint.idempotent:
        yield {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "schema": {"type": "string", "pattern": "^[!-~]{1,128}$"},
        }


def _request_body(endpoint: Endpoint, references: Any) -> dict[str, Any] | None:
    content: dict[str, Any] = {}
    if endpoint.body:
        content["application/json"] = {"schema": references[endpoint.body, "validation"]}
    if endpoint.files:
        images = {name: _file(most) for name, most in endpoint.files.items()}
        fields = endpoint.form or endpoint.body
        schema: dict[str, Any] = {"type": "object", "properties": images}
        if endpoint.needed:
            schema["required"] = list(endpoint.needed)
        if fields:
            schema = {"allOf": [references[fields, "validation"], schema]}
        content["multipart/form-data"] = {"schema": schema}
    elif endpoint.form:
        schema = references[endpoint.form, "validation"]
        content["application/x-www-form-urlencoded"] = {"schema": schema}
    for media_type in endpoint.raw:
        content.setdefault(media_type, {"schema": {"type": "string"}})
    return {"required": not endpoint.body_optional, "content": content} if content else None


def _file(most: int) -> dict[str, Any]:
    if most == 1:
        return _binary()
    return {"type": "array", "items": _binary(), "minItems": 1, "maxItems": most}


def _binary() -> dict[str, Any]:
    return {"type": "string", "contentMediaType": "application/octet-stream", "format": "binary"}


def _responses(endpoint: Endpoint, references: Any) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    for status, answer in endpoint.answers.items():
        responses[str(status)] = {"description": HTTPStatus(status).phrase}
        if isinstance(answer, str):
            responses[str(status)]["content"] = {answer: {"schema": _binary()}}
        elif answer is not None:
            model = _model(answer)
            schema = references[model, "serialization"] if model else {}
            if get_origin(answer) is list:
                schema = {"type": "array", "items": schema}
            responses[str(status)]["content"] = {"application/json": {"schema": schema}}
    problem = {"schema": references[Problem, "serialization"]}
    for status in _REFUSALS:
        responses.setdefault(
            str(status),
            {
                "description": HTTPStatus(status).phrase,
                "content": {"application/problem+json": problem},
            },
        )
    return responses
