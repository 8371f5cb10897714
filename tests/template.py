"""Renders template.yaml with AWS's own translator and checks what must hold for the result."""

import json
import re
from pathlib import Path

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).parent.parent


class NoManagedPolicies:
    def load(self):
        return {}


def rendered():
    template = yaml_parse((ROOT / "template.yaml").read_text())
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://bucket/code.zip"
    return transform(template, {}, NoManagedPolicies())["Resources"]


RESOURCES = rendered()


def of_type(name):
    return {key: resource["Properties"] for key, resource in RESOURCES.items() if resource["Type"] == name}


def test_the_function_may_put_events_and_nothing_else():
    (role,) = of_type("AWS::IAM::Role").values()
    statements = [s for policy in role["Policies"] for s in policy["PolicyDocument"]["Statement"]]
    assert statements == [
        {
            "Sid": "KeepEvents",
            "Effect": "Allow",
            "Action": "s3:PutObject",
            "Resource": {"Fn::Sub": "${EventBucket.Arn}/events/*"},
        }
    ]
    managed = [json.dumps(arn) for arn in role["ManagedPolicyArns"]]
    assert len(managed) == 1 and "AWSLambdaBasicExecutionRole" in managed[0], managed


def test_the_url_is_open_and_has_both_permissions():
    (url,) = of_type("AWS::Lambda::Url").values()
    assert url["AuthType"] == "NONE" and "Cors" not in url
    permissions = of_type("AWS::Lambda::Permission").values()
    by_action = {permission["Action"]: permission for permission in permissions}
    assert by_action["lambda:InvokeFunctionUrl"]["FunctionUrlAuthType"] == "NONE"
    assert by_action["lambda:InvokeFunction"]["InvokedViaFunctionUrl"] is True
    assert {permission["Principal"] for permission in permissions} == {"*"}


def test_the_bucket_is_private_versioned_encrypted_and_retained():
    bucket = RESOURCES["EventBucket"]
    assert bucket["DeletionPolicy"] == bucket["UpdateReplacePolicy"] == "Retain"
    properties = bucket["Properties"]
    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(properties["PublicAccessBlockConfiguration"]) == 4
    assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
    assert "BucketEncryption" in properties and "BucketName" not in properties
    statements = RESOURCES["EventBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert {statement["Effect"] for statement in statements} == {"Deny"}


def test_every_setting_of_the_function_is_known_to_the_code():
    known = set(re.findall(r'"(HOOKLOG_[A-Z_]+)"', (ROOT / "src/config.rs").read_text()))
    for function in of_type("AWS::Lambda::Function").values():
        assert set(function["Environment"]["Variables"]) <= known


def test_the_parameter_takes_digests_and_no_token():
    template = yaml_parse((ROOT / "template.yaml").read_text())
    pattern = template["Parameters"]["TokenDigests"]["AllowedPattern"]
    digest = "sha256:" + "0a" * 32
    for good in [digest, f"crm={digest}", f"a={digest}@m1,{digest}"]:
        assert re.fullmatch(pattern, good), good
    for bad in ["", "token", "crm=token", f"{digest},", f"{digest} {digest}"]:
        assert not re.fullmatch(pattern, bad), bad


def main():
    tests = [test for name, test in sorted(globals().items()) if name.startswith("test_")]
    for test in tests:
        test()
        print(f"{test.__name__} ... ok")
    print(f"{len(tests)} passed, 0 failed")


main()
