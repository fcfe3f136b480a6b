"""Reads the GraphQL API of serverless-appsync-plugin (both of its forms) as resources of CloudFormation.

Source: README of serverless-appsync-plugin, version 1 (`custom.appSync`) and version 2 (`appSync`) (read 2026-11-30).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from capplan.importing.cloudformation.stack import properties_of
from capplan.importing.cloudformation.template import Resource
from capplan.importing.cloudformation.values import Token, text_of

API = "GraphQlApi"
_TEMPLATES = "mapping-templates"


def graphql_resources(data: Mapping[str, Any], scope: str, line: int, function_id: Any) -> Iterator[Resource]:  # noqa: ANN401
    """The API, its data sources, functions and resolvers; nothing where there is no such API.

    Args:
        data: The file with its variables filled in and its functions of CloudFormation evaluated.
        scope: The file's name.
        line: Where the API is declared.
        function_id: The logical id of a function's resource, by the function's name.
    """
    written = data.get("appSync", properties_of(data.get("custom")).get("appSync"))
    api = properties_of(written[0] if isinstance(written, list) and written else written)
    if not api:
        return
    token = Token(scope, API, "ApiId")
    log = properties_of(api.get("logConfig", api.get("logging")))
    xray = api.get("xrayEnabled", api.get("xray"))
    props = {"XrayEnabled": xray is True, "LogConfig": {"FieldLogLevel": log.get("level")}}

    def made(id_: str, kind: str, inside: Mapping[str, Any]) -> Resource:
        return Resource(
            id=id_, type=f"AWS::AppSync::{kind}", properties={"ApiId": token, **inside}, line=line, column=1
        )

    yield Resource(id=API, type="AWS::AppSync::GraphQLApi", properties=props, line=line, column=1)
    for name, source in _named(api.get("dataSources")):
        config = properties_of(source.get("config"))
        named = text_of(config.get("functionName"))
        arn = Token(scope, function_id(named), "Arn") if named is not None else config.get("lambdaFunctionArn")
        inside: dict[str, Any] = {
            "Name": name,
            "DynamoDBConfig": {"TableName": config.get("tableName")},
            "LambdaConfig": {"LambdaFunctionArn": arn},
        }
        yield made(f"GraphQlDs{name}", "DataSource", inside)
    folder = text_of(api.get("mappingTemplatesLocation")) or _TEMPLATES
    for name, function in _named(api.get("functionConfigurations", api.get("pipelineFunctions"))):
        place = _place(folder, function, name)
        inside = {"Name": name, "DataSourceName": function.get("dataSource"), **place}
        yield made(f"GraphQlFn{name}", "FunctionConfiguration", inside)
    for field, resolver in _resolvers(api):
        type_, _, name = field.partition(".")
        functions = resolver.get("functions")
        listed = [
            Token(scope, f"GraphQlFn{one}", "FunctionId") for one in (functions if isinstance(functions, list) else [])
        ]
        inside = {
            "TypeName": type_,
            "FieldName": name,
            "DataSourceName": resolver.get("dataSource"),
            "PipelineConfig": {"Functions": listed},
            **_place(folder, resolver, field),
        }
        yield made(f"GraphQlResolver{type_}{name}", "Resolver", inside)


def _named(raw: object) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Entries by name: a list with names inside, or several of them, or a mapping."""
    for one in raw if isinstance(raw, list) else [raw]:
        if isinstance(one, list):
            yield from _named(one)
        elif isinstance(one, Mapping) and isinstance(one.get("name"), str) and ("type" in one or "dataSource" in one):
            yield one["name"], one
        elif isinstance(one, Mapping):
            yield from ((str(name), inner) for name, inner in one.items() if isinstance(inner, Mapping))


def _resolvers(api: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Resolvers by field: `Query.getOrder`."""
    templates = api.get("mappingTemplates")
    for one in templates if isinstance(templates, list) else []:
        for resolver in one if isinstance(one, list) else [one]:
            if isinstance(resolver, Mapping):
                yield f"{text_of(resolver.get('type'))}.{text_of(resolver.get('field'))}", resolver
    for name, resolver in _named(api.get("resolvers")):
        type_, field = text_of(resolver.get("type")), text_of(resolver.get("field"))
        yield (f"{type_}.{field}" if type_ and field else name), resolver


def _place(folder: str, resolver: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Where the mapping template or the code is."""
    code = text_of(resolver.get("code"))
    if code is not None:
        return {"CodeS3Location": code}
    request = text_of(resolver.get("request"))
    if request in (None, "true", "false"):
        request = f"{name}.request.vtl"
    return {"RequestMappingTemplateS3Location": f"{folder}/{request}"}
