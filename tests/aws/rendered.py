"""template.yaml as it is written, and rendered to plain CloudFormation by AWS's own translator."""

import os
from pathlib import Path

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

# The translator asks for a region and does nothing with it here.
os.environ.setdefault("AWS_DEFAULT_REGION", "eu-central-1")

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATE = yaml_parse((ROOT / "template.yaml").read_text())


class NoManagedPolicies:
    """Every role in the template spells out what it may do, so there is none to look up."""

    def load(self):
        return {}


def render():
    template = yaml_parse((ROOT / "template.yaml").read_text())
    template["Globals"]["Function"]["CodeUri"] = "s3://bucket/code.zip"
    return transform(template, {}, NoManagedPolicies())
