"""Gathers the routes of APIs: each with the function it invokes; written as an API, or as triggers of functions.

Sources: AWS SAM Developer Guide, "Api", "HttpApi" event sources; AWS CloudFormation User Guide, "AWS::ApiGateway::Method",
"AWS::ApiGatewayV2::Route", "AWS::Lambda::Permission" (read 2026-11-30).
"""

import posixpath
from collections.abc import Mapping
from typing import Any

from capplan.errors import CapplanError
from capplan.importing.cloudformation.building import Building, truth
from capplan.importing.cloudformation.stack import Stack, properties_of
from capplan.importing.cloudformation.template import Resource
from capplan.importing.cloudformation.values import Token, references_in, shown_text, text_of
from capplan.importing.model import Block, Origin, Question, Ref
from capplan.reading.foreign import read_foreign
from capplan.record import MutableRecord
from capplan.services import SECTIONS

IMPLICIT = {"rest": "ServerlessRestApi", "http": "ServerlessHttpApi"}
"""What SAM calls the API of events that name none."""
_KINDS = {
    "AWS::Serverless::Api": "rest",
    "AWS::ApiGateway::RestApi": "rest",
    "AWS::Serverless::HttpApi": "http",
    "AWS::ApiGatewayV2::Api": "http",
}
_VIA = {"rest": "api-gateway-rest", "http": "api-gateway-http"}
_ASKS = "how many requests does this API get, in the mean of the month?"


class Api(MutableRecord):
    """One API: its routes with the blocks they invoke."""

    name: str
    kind: str
    origin: Origin
    routes: dict[str, Building]


class Apis:
    """The APIs of a stack, by the id they are known by."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.by_id: dict[str, Api] = {}

    def route(self, api: str, kind: str, route: str, target: Building, origin: Origin) -> None:
        """A route of an API that invokes a function or starts a machine."""
        if api not in self.by_id:
            resource = self.stack.resources.get(api)
            place = self.stack.origin(resource) if resource is not None else origin
            self.by_id[api] = Api(api, kind, place, {})
        self.by_id[api].routes.setdefault(route, target)

    def event(self, kind: str, props: Mapping[str, Any], target: Building) -> None:
        """An event of SAM: `{Path: /orders, Method: post, RestApiId: !Ref Shop}`."""
        named = props.get("RestApiId" if kind == "rest" else "ApiId")
        refs = [ref for ref in references_in(named) if isinstance(ref, Token)]
        api = refs[0].id if refs else IMPLICIT[kind]
        path, method = text_of(props.get("Path")), (text_of(props.get("Method")) or "any").upper()
        route = (
            "$default" if path is None else f"{'ANY' if method == 'X-AMAZON-APIGATEWAY-ANY-METHOD' else method} {path}"
        )
        self.route(api, kind, route, target, target.origin)

    def read(self) -> None:
        """Methods, integrations and routes that are resources of their own, and those of an OpenAPI document."""
        for resource in self.stack.resources.values():
            props = resource.properties
            if resource.type in _KINDS:
                self._described(resource)
            if resource.type == "AWS::ApiGateway::Method":
                self.stack.used.add(resource.id)
                uri = properties_of(props.get("Integration")).get("Uri")
                for target in self.stack.blocks_named(uri, "functions"):
                    method = (text_of(props.get("HttpMethod")) or "ANY").upper()
                    self.route(
                        _id_of(props.get("RestApiId")), "rest", f"{method} {self._path(props)}", target, target.origin
                    )
            elif resource.type == "AWS::ApiGatewayV2::Route":
                self.stack.used.add(resource.id)
                integration = self.stack.target(props.get("Target"))
                uri = integration.properties.get("IntegrationUri") if integration is not None else None
                for target in self.stack.blocks_named(uri, "functions"):
                    api = _id_of(props.get("ApiId"))
                    self.route(api, self._kind(api), shown_text(props.get("RouteKey")), target, target.origin)

    def _described(self, api: Resource) -> None:
        """An API with the routes of its OpenAPI document, in the template or beside it."""
        kind = self._kind(api.id) if api.type == "AWS::ApiGatewayV2::Api" else _KINDS[api.type]
        if api.id not in self.by_id:
            self.by_id[api.id] = Api(api.id, kind, self.stack.origin(api), {})
        for path, methods in properties_of(self._document(api).get("paths")).items():
            for method, described in properties_of(methods).items():
                uri = properties_of(properties_of(described).get("x-amazon-apigateway-integration")).get("uri")
                for target in self.stack.blocks_named(uri, "functions"):
                    word = "ANY" if method.startswith("x-") else method.upper()
                    self.route(api.id, kind, f"{word} {path}", target, self.by_id[api.id].origin)

    def _document(self, api: Resource) -> Mapping[str, Any]:
        props = api.properties
        body = props.get("DefinitionBody") or props.get("Body")
        place = properties_of(body).get("Fn::Transform")
        path = text_of(properties_of(properties_of(place).get("Parameters")).get("Location")) or text_of(
            props.get("DefinitionUri")
        )
        if isinstance(body, Mapping) and "paths" in body:
            return body
        if path is None or "://" in path:
            return {}
        given = self.stack.template.given
        try:
            name = posixpath.normpath(posixpath.join(given.folder, path))
            data = read_foreign(given.files.read_text(name), name).data
        except CapplanError:
            return {}
        return properties_of(self.stack.template.value(data))

    def _kind(self, api: str) -> str:
        resource = self.stack.resources.get(api)
        protocol = text_of(resource.properties.get("ProtocolType")) if resource is not None else None
        return "websocket" if protocol == "WEBSOCKET" else "http"

    def _path(self, props: Mapping[str, Any]) -> str:
        """The path of a REST API's method, from its chain of resources."""
        parts: list[str] = []
        resource = self.stack.target(props.get("ResourceId"))
        while resource is not None and resource.type == "AWS::ApiGateway::Resource" and len(parts) < 64:  # noqa: PLR2004
            parts.append(shown_text(resource.properties.get("PathPart")))
            resource = self.stack.target(resource.properties.get("ParentId"))
        return "/" + "/".join(reversed(parts))

    def write(self) -> None:
        """The APIs as blocks; where there is no section for them, each function gets a traffic of its own."""
        for id_, api in self.by_id.items():
            self.stack.used.add(id_)
            if "apis" in SECTIONS:
                self._block(api, self.stack.traffic(f"{api.name}-requests", api.origin, _ASKS))
                continue
            for target in dict.fromkeys(api.routes.values()):
                routes = ", ".join(route for route, one in api.routes.items() if one is target)
                traffic = self.stack.traffic(
                    f"{target.name}-requests", target.origin, f"how many requests does {routes} get?"
                )
                on_function = target.section == "functions"
                via = _VIA.get(api.kind, "api-gateway-http")
                target.add("triggers", {"traffic": traffic, "via": via} if on_function else traffic)

    def _block(self, api: Api, traffic: Ref) -> None:
        routes: dict[str, object] = {}
        for route, target in api.routes.items():
            verb = "invoke" if target.section == "functions" else "start"
            routes[route] = {verb: Ref(target.aliases[0], target.section)}
        values: dict[str, object] = {"type": api.kind, "triggers": traffic, **({"routes": routes} if routes else {})}
        resource = self.stack.resources.get(api.name)
        if api.kind == "rest" and resource is not None and truth(resource.properties.get("TracingEnabled")):
            values["tracing"] = "active"
        questions = []
        if api.kind == "websocket":
            questions.append(
                Question("connections", {"duration": "12 min", "sends": 10, "receives": 40}, "what does one do?")
            )
        alias = f"{self.stack.template.scope}#{api.name}"
        self.stack.others.append(Block("apis", api.name, values, api.origin, (alias,), questions=tuple(questions)))


def _id_of(value: object) -> str:
    refs = [ref for ref in references_in(value) if isinstance(ref, Token)]
    return refs[0].id if refs else shown_text(value)
