# tests/front/json_schema.py -- validates JSON documents against a schema and prints the number of errors of each.
import json
import sys

from jsonschema import Draft7Validator

with open(sys.argv[1]) as file:
    schema = json.load(file)
Draft7Validator.check_schema(schema)
for name in sys.argv[2:]:
    with open(name) as file:
        print(len(list(Draft7Validator(schema).iter_errors(json.load(file)))))
