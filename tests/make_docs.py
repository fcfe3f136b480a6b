"""Writes the generated parts of the docs: keys, rules, shipped scenarios, answers of commands.

`python -m tests.make_docs` writes all of them; read the diff.
"""

import io
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from capplan.language.schema import scenario_schema
from capplan.quantities.text import BOUNDS
from capplan.services import SECTIONS, all_rules, resource_type, verbs

ROOT = Path(__file__).parent.parent
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
KOREAN = ROOT / "README.ko.md"
"""Its sentences are written by hand; its blocks are README's."""
_BLOCK = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
YAML = re.compile(r"```yaml\n(.*?)```", re.DOTALL)
_MARK = re.compile(r"(<!-- begin (?P<what>[a-z]+) -->\n).*?(<!-- end -->)", re.DOTALL)
_NAME = re.compile(r"^name: (.+)$", re.MULTILINE)
_WORDS = {"size": "a size", "duration": "a duration", "time": "a duration", "bytes": "a size", "megabytes": "whole MB"}
_WORDS |= {"count": "a count", "share": "a share, 0% to 100%", "factor": "a factor, such as 3x", "money": "USD"}
_WORDS |= {"rate": "a rate, such as 60/s", "data-rate": "a data rate, such as 300 GB/day"}
_PLAIN = {"string": "text", "number": "a number", "integer": "a number", "boolean": "true or false"}
_PLAIN |= {"array": "a list", "object": "keys and values"}


def run(command: str) -> subprocess.CompletedProcess[str]:
    """A command of an example, in the project's root; `capplan` is this one."""
    words = shlex.split(command)
    if words[0] != "capplan":
        raise ValueError(command)
    line = [sys.executable, "-m", "capplan", *words[1:]]
    return subprocess.run(line, capture_output=True, text=True, check=False, encoding="utf-8", cwd=ROOT)


def examples(block: str) -> list[tuple[str, list[str]]]:
    """The commands of a console block, each with the lines shown of its answer."""
    found: list[tuple[str, list[str]]] = []
    for line in block.rstrip("\n").split("\n"):
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif found:
            found[-1][1].append(line)
    return found


def answered(command: str, shown: list[str]) -> list[str]:
    """What should be shown of an answer: all, or, where `...` ends it, as many lines as before."""
    done = run(command)
    lines = (done.stdout + done.stderr).rstrip("\n").split("\n")
    return [*lines[: len(shown) - 1], "..."] if shown and shown[-1] == "..." else lines


def _console(match: re.Match[str]) -> str:
    parts = []
    for command, shown in examples(match[1]):
        parts += [f"$ {command}", *(answered(command, shown) if shown else [])]
    return "```console\n" + "\n".join(parts) + "\n```"


def shipped() -> dict[str, str]:
    """The text of each shipped scenario by its name."""
    texts = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "scenarios").glob("*/scenario.yaml"))]
    return {match[1]: text for text in texts if (match := _NAME.search(text))}


def _yaml(match: re.Match[str]) -> str:
    name = _NAME.search(match[1])
    text = shipped().get(name[1]) if name else None
    return f"```yaml\n{text}```" if text is not None else match[0]


# --- keys and rules ---------------------------------------------------------------------------------------------------


def keys_page() -> str:
    """Every key of the language, part by part."""
    schema = scenario_schema()
    parts = [_table("The file", "", schema["properties"], schema["required"])]
    parts.append(_part("`traffic`: a traffic source", schema["properties"]["traffic"]["patternProperties"]))
    definitions = schema["$defs"]
    specs = {section: resource_type(section).spec for section in SECTIONS}
    for section, spec in specs.items():
        own = definitions[spec.__name__]
        parts.append(_table(f"`{section}`", spec.__doc__ or "", own["properties"], own.get("required", ())))
    parts.append(_table("A line of `access` or `calls`", "", _without_verbs(definitions["call"]["properties"]), ()))
    account = schema["properties"]["account"]
    parts.append(_table("`account`", account["description"], account["properties"], ()))
    whole = {spec.__name__ for spec in specs.values()} | {
        "call",
        *(key for key in definitions if key.startswith("access-")),
    }
    for name, part in definitions.items():
        if "properties" in part and name not in whole and name != "Head.Account":
            words = _title(name)
            own = _without_requests(part["properties"], definitions["call"]["properties"])
            parts.append(_table(words, part.get("description", ""), own, part.get("required", ())))
    return "\n".join(parts)


def _title(name: str) -> str:
    """`Table.PartitionKey` as a reader says it."""
    outer, _, inner = name.partition(".")
    section = next((key for key in SECTIONS if resource_type(key).spec.__name__ == outer), outer.lower())
    return f"`{section}`: {re.sub(r'(?<!^)(?=[A-Z])', ' ', inner).lower()}"


def _part(title: str, patterns: Mapping[str, Any]) -> str:
    part = next(iter(patterns.values()))
    return _table(title, part.get("description", ""), part["properties"], part.get("required", ()))


def _without_verbs(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {key: schema for key, schema in properties.items() if key not in verbs()}


def _without_requests(properties: Mapping[str, Any], of_call: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of a part without those of a request that may be written inside it, such as at an API's route."""
    holds_requests = of_call.keys() <= properties.keys()
    return {key: value for key, value in properties.items() if not (holds_requests and key in of_call)}


def _table(title: str, description: str, properties: Mapping[str, Any], required: Iterable[str]) -> str:
    needed = set(required)
    rows = [
        f"| `{key}`{' (needed)' if key in needed else ''} | {_cell(_kind(schema))} | {_cell(schema.get('description', ''))} |"
        for key, schema in properties.items()
    ]
    text = " ".join(description.split())
    head = f"### {title}\n\n" + (f"{text}\n\n" if text else "")
    return head + "| key | takes | means |\n| --- | --- | --- |\n" + "\n".join(rows) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _kind(schema: Mapping[str, Any]) -> str:
    """What may stand behind a key, in words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _WORDS.get(name, _PLAIN["object"])
    if "const" in schema:
        return str(schema["const"])
    if "enum" in schema:
        words = [str(word) for word in schema["enum"]]
        return ", ".join(words) if len(words) <= 15 else f"{words[0]}, {words[1]} … ({len(words)})"
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(one) for one in schema["anyOf"]))
    kind = schema.get("type")
    if isinstance(kind, list):
        return "a word"
    return _PLAIN.get(str(kind), "see its meaning")


def rules_page() -> str:
    """Every rule, service by service."""
    parts: list[str] = []
    for section in SECTIONS:
        rules = [rule for rule in all_rules() if rule in resource_type(section).rules]
        parts += [f"## `{section}`\n"] if rules else []
        for rule in rules:
            parts.append(
                f"### {rule.id}\n\n{rule.title}.\n\n- **Looks at**: {rule.looks_at}\n- **Advises**: {rule.advises}\n"
                f"- **Gives up**: {rule.gives_up or 'nothing'}\n- **Source**: {rule.source}\n"
            )
    return "\n".join(parts)


def bounds_page() -> str:
    """The smallest and the largest value of each kind of quantity."""
    rows = [f"| {kind} | {of.least_written} | {of.most_written} |" for kind, of in BOUNDS.items()]
    return "| takes | smallest but 0 | largest |\n| --- | --- | --- |\n" + "\n".join(rows) + "\n"


GENERATED: Mapping[str, Callable[[], str]] = {"keys": keys_page, "rules": rules_page, "bounds": bounds_page}


def page(text: str) -> str:
    """A page with all that the program says in it written anew."""
    text = _MARK.sub(lambda m: f"{m[1]}\n{GENERATED[m['what']]()}\n{m[3]}", text)
    return YAML.sub(_yaml, CONSOLE.sub(_console, text))


PICTURE = ROOT / "docs" / "estimate.svg"


def picture() -> str:
    """The screen of the web shop at 100 columns, as README shows it. No font is loaded from anywhere."""
    shown = run("capplan estimate scenarios/web-shop/scenario.yaml --color always")
    console = Console(record=True, width=100, file=io.StringIO(), force_terminal=True, color_system="standard")
    console.print(Text.from_ansi(shown.stdout.rstrip("\n")))
    drawn = console.export_svg(title="capplan estimate scenarios/web-shop/scenario.yaml", unique_id="capplan")
    return re.sub(r"\s*@font-face \{.*?\}", "", drawn, flags=re.DOTALL) + "\n"


def in_korean(english: str, korean: str) -> str:
    """The Korean README with the blocks of README; as it is where one has more of them."""
    blocks = _BLOCK.findall(english)
    if len(blocks) != len(_BLOCK.findall(korean)):
        return korean
    rest = iter(blocks)
    return _BLOCK.sub(lambda _: next(rest), korean)


def main() -> None:
    """Write what has changed, and name it."""
    if not PICTURE.exists() or picture() != PICTURE.read_text(encoding="utf-8"):
        PICTURE.write_text(picture(), encoding="utf-8")
        print(PICTURE.relative_to(ROOT))  # noqa: T201
    for path in PAGES:
        old = path.read_text(encoding="utf-8")
        new = page(old)
        if new != old:
            path.write_text(new, encoding="utf-8")
            print(path.relative_to(ROOT))  # noqa: T201
    korean = KOREAN.read_text(encoding="utf-8")
    if (anew := in_korean(PAGES[0].read_text(encoding="utf-8"), korean)) != korean:
        KOREAN.write_text(anew, encoding="utf-8")
        print(KOREAN.relative_to(ROOT))  # noqa: T201


if __name__ == "__main__":
    main()
