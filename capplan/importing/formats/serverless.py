"""serverless.yml of the Serverless Framework."""

from collections.abc import Mapping

from capplan.importing.formats import Format
from capplan.importing.given import Given
from capplan.importing.serverless.read import read_serverless


def _is_serverless(given: Given) -> bool:
    provider = given.data.get("provider")
    name = provider.get("name") if isinstance(provider, Mapping) else provider
    return "service" in given.data and name == "aws"


FORMATS = (Format("serverless", "a Serverless Framework configuration", _is_serverless, read_serverless),)
