# tests/front/json_schema.py -- prints, for each document, how many errors a JSON Schema finds in it; -1 where it cannot be read.
#
#   json_schema.py SCHEMA FILE.json|FILE.yaml...
import json
import re
import sys

import yaml
from jsonschema import Draft7Validator


class Core(yaml.SafeLoader):
    """Scalars as YAML 1.2 and editors read them: PyYAML alone takes 5e-3 for text and `no` for false."""


Core.yaml_implicit_resolvers = {}
for tag, pattern, first in (
    ("bool", "true|false", "tf"),
    ("null", "null|~|", ["n", "~", ""]),
    ("int", "[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
):
    Core.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), list(first))


def read(name):
    with open(name, encoding="utf-8") as file:
        return json.load(file) if name.endswith(".json") else yaml.load(file, Core)


def main():
    schema = read(sys.argv[1])
    Draft7Validator.check_schema(schema)
    for name in sys.argv[2:]:
        try:
            document = read(name)
        except (yaml.YAMLError, UnicodeDecodeError):
            print(-1)
        else:
            print(len(list(Draft7Validator(schema).iter_errors(document))))


main()
