"""Reads figures as Prometheus does, with its own client's parser, and prints them as JSON: {name: [[suffix-name, labels, value]]}."""
import json
import sys

from prometheus_client.parser import text_string_to_metric_families

families = {}
for family in text_string_to_metric_families(sys.stdin.read()):
    families[family.name] = {
        "type": family.type,
        "help": family.documentation,
        "samples": [[s.name, dict(s.labels), s.value] for s in family.samples],
    }
json.dump(families, sys.stdout)
