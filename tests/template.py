"""Renders template.yaml with AWS's own translator and checks what must hold for the result.

Run it with a Python that has `aws-sam-translator`. `tests/template.py FILE` checks another template.
"""

import os
import re
import sys
import traceback
from pathlib import Path

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

# The translator asks for a region and does nothing with it here.
os.environ.setdefault("AWS_DEFAULT_REGION", "eu-central-1")

ROOT = Path(__file__).resolve().parent.parent
PATH = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "template.yaml"
TEMPLATE = yaml_parse(PATH.read_text())
SETTINGS = {"HOOKLOG_STORE", "HOOKLOG_TOKENS", "HOOKLOG_OVERFLOW", "HOOKLOG_BODY_MAX"}

BUCKET = "EventBucket"
EVENTS = {"Fn::Sub": "${EventBucket.Arn}/events/*"}
REJECTED = {"Fn::Sub": "${EventBucket.Arn}/rejected/*"}


class NoManagedPolicies:
    """Every role in the template spells out what it may do, so there is none to look up."""

    def load(self):
        return {}


def rendered():
    template = yaml_parse(PATH.read_text())
    template["Globals"]["Function"]["CodeUri"] = "s3://bucket/code.zip"
    return transform(template, {}, NoManagedPolicies())["Resources"]


def arn(resource):
    return {"Fn::GetAtt": [resource, "Arn"]}


def as_list(value):
    return value if isinstance(value, list) else [value]


RESOURCES = rendered()


def of_type(name):
    return {key: resource["Properties"] for key, resource in RESOURCES.items() if resource["Type"] == name}


def allowed(policies):
    """What the policies allow: (action, resource) pairs, each resource as it is written."""
    statements = [s for policy in policies for s in policy["PolicyDocument"]["Statement"]]
    assert {s["Effect"] for s in statements} == {"Allow"}, statements
    assert not any({"NotAction", "NotResource"} & set(s) for s in statements), statements
    return [(a, r) for s in statements for a in as_list(s["Action"]) for r in as_list(s["Resource"])]


def same(pairs, expected):
    assert sorted(map(repr, pairs)) == sorted(map(repr, expected)), pairs


def role_of(function):
    resource = function["Role"]["Fn::GetAtt"][0]
    role = RESOURCES[resource]["Properties"]
    assert not role.get("ManagedPolicyArns"), "AWS's managed policies allow more than one log and one queue"
    return role


def own_log(function):
    log = arn(function["LoggingConfig"]["LogGroup"]["Ref"])
    return [("logs:CreateLogStream", log), ("logs:PutLogEvents", log)]


def test_no_policy_allows_a_wildcard():
    policies = [p for role in of_type("AWS::IAM::Role").values() for p in role.get("Policies", [])]
    policies += of_type("AWS::IAM::ManagedPolicy").values()
    assert policies
    for action, resource in allowed(policies):
        assert "*" not in action, action
        text = resource if isinstance(resource, str) else resource.get("Fn::Sub", "")
        assert text in ("", EVENTS["Fn::Sub"], REJECTED["Fn::Sub"]), resource


def test_the_receiver_may_put_objects_send_to_one_queue_and_write_its_log():
    function = RESOURCES["ReceiverFunction"]["Properties"]
    same(
        allowed(role_of(function)["Policies"]),
        [
            ("s3:PutObject", EVENTS),
            ("s3:PutObject", REJECTED),
            ("sqs:SendMessage", arn("OverflowQueue")),
            *own_log(function),
        ],
    )


def test_the_drain_may_empty_one_queue_put_events_and_write_its_log():
    function = RESOURCES["DrainFunction"]["Properties"]
    trio = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    same(
        allowed(role_of(function)["Policies"]),
        [("s3:PutObject", EVENTS), *((action, arn("OverflowQueue")) for action in trio), *own_log(function)],
    )


def test_readers_may_list_and_read_and_nothing_else():
    (policy,) = of_type("AWS::IAM::ManagedPolicy").values()
    same(
        allowed([policy]),
        [("s3:ListBucket", arn(BUCKET)), ("s3:GetObject", EVENTS), ("s3:GetObject", REJECTED)],
    )


def test_only_lambda_takes_the_roles():
    for role in of_type("AWS::IAM::Role").values():
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}, statement


def test_the_url_is_open_and_has_both_permissions():
    (url,) = of_type("AWS::Lambda::Url").values()
    assert url["AuthType"] == "NONE" and url["InvokeMode"] == "BUFFERED" and "Cors" not in url, url
    permissions = list(of_type("AWS::Lambda::Permission").values())
    by_action = {permission["Action"]: permission for permission in permissions}
    assert len(permissions) == 2, permissions
    assert by_action["lambda:InvokeFunctionUrl"]["FunctionUrlAuthType"] == "NONE"
    assert by_action["lambda:InvokeFunction"]["InvokedViaFunctionUrl"] is True
    for permission in permissions:
        assert permission["Principal"] == "*", permission
        assert permission["FunctionName"] == {"Ref": "ReceiverFunction"}, permission


def test_the_bucket_is_private_versioned_encrypted_and_retained():
    (name,) = of_type("AWS::S3::Bucket")
    assert name == BUCKET
    for key in [name, "EventBucketPolicy"]:
        assert RESOURCES[key]["DeletionPolicy"] == RESOURCES[key]["UpdateReplacePolicy"] == "Retain", key
    bucket = RESOURCES[name]["Properties"]
    blocks = bucket["PublicAccessBlockConfiguration"]
    assert len(blocks) == 4 and set(blocks.values()) == {True}, blocks
    assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    (encryption,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert encryption["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert not {"BucketName", "AccessControl", "WebsiteConfiguration", "CorsConfiguration"} & set(bucket)


def test_old_rejections_leftovers_and_events_are_deleted():
    rules = RESOURCES[BUCKET]["Properties"]["LifecycleConfiguration"]["Rules"]
    assert {rule["Status"] for rule in rules} == {"Enabled"}
    assert not any("Transitions" in rule or "Transition" in rule for rule in rules), "STANDARD_IA costs more here"
    by_prefix = {rule.get("Prefix"): rule for rule in rules}
    assert by_prefix["events/"]["ExpirationInDays"] == {"Ref": "EventDays"}
    assert by_prefix["rejected/"]["ExpirationInDays"] == 14
    assert by_prefix[None]["NoncurrentVersionExpiration"] == {"NoncurrentDays": 30}
    assert by_prefix[None]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}


def test_the_bucket_is_reached_by_tls_1_2_and_no_less():
    (policy,) = of_type("AWS::S3::BucketPolicy").values()
    assert policy["Bucket"] == {"Ref": BUCKET}
    statements = policy["PolicyDocument"]["Statement"]
    for statement in statements:
        assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*"), statement
        assert statement["Resource"] == [arn(BUCKET), {"Fn::Sub": "${EventBucket.Arn}/*"}], statement
    assert [statement["Condition"] for statement in statements] == [
        {"Bool": {"aws:SecureTransport": "false"}},
        {"NumericLessThan": {"s3:TlsVersion": "1.2"}},
    ]


def test_the_overflow_lasts_and_its_failures_are_reported_one_by_one():
    queues = of_type("AWS::SQS::Queue")
    for queue in queues.values():
        assert queue["SqsManagedSseEnabled"] is True and queue["MessageRetentionPeriod"] == 14 * 24 * 3600, queue
    overflow = queues["OverflowQueue"]
    assert overflow["VisibilityTimeout"] == 6 * RESOURCES["DrainFunction"]["Properties"]["Timeout"]
    redrive = overflow["RedrivePolicy"]
    assert redrive["deadLetterTargetArn"] == arn("DeadLetterQueue")
    tried_s = redrive["maxReceiveCount"] * overflow["VisibilityTimeout"]
    assert tried_s <= 7 * 24 * 3600, "half of the 14 days must be left to look at the dead letters"
    (mapping,) = of_type("AWS::Lambda::EventSourceMapping").values()
    assert mapping["EventSourceArn"] == arn("OverflowQueue")
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert RESOURCES["DeadLetterQueue"]["DeletionPolicy"] == "Retain"


def test_every_setting_of_a_function_is_one_that_hooklog_knows():
    functions = of_type("AWS::Lambda::Function")
    settings = {key: function["Environment"]["Variables"] for key, function in functions.items()}
    assert set().union(*settings.values()) <= SETTINGS, settings
    config = ROOT / "src/config.rs"
    if config.exists():
        assert SETTINGS <= set(re.findall(r'"(HOOKLOG_[A-Z_]+)"', config.read_text()))
    assert settings["ReceiverFunction"] == {
        "HOOKLOG_STORE": {"Fn::Sub": "s3://${EventBucket}"},
        "HOOKLOG_OVERFLOW": {"Ref": "OverflowQueue"},
        "HOOKLOG_TOKENS": {"Ref": "TokenDigests"},
    }
    assert settings["DrainFunction"] == {"HOOKLOG_STORE": {"Fn::Sub": "s3://${EventBucket}"}}


def test_each_function_is_a_binary_of_its_own():
    binaries = {
        key: resource["Metadata"]["BuildProperties"]
        for key, resource in TEMPLATE["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }
    # SAM passes on nothing but the name: features are set in Cargo.toml, [package.metadata.lambda.build].
    assert binaries == {"ReceiverFunction": {"Binary": "bootstrap"}, "DrainFunction": {"Binary": "drain"}}
    for function in of_type("AWS::Lambda::Function").values():
        assert (function["Runtime"], function["Handler"]) == ("provided.al2023", "bootstrap"), function
        assert not {"VpcConfig", "SnapStart", "Layers", "DeadLetterConfig"} & set(function), function


def test_no_log_is_kept_for_ever():
    for log in of_type("AWS::Logs::LogGroup").values():
        assert log["RetentionInDays"] == {"Ref": "LogDays"}, log


def test_the_alarms_look_at_metrics_that_exist():
    metrics = {"Stored", "Overflowed", "Rejected", "Refused", "Lost", "StoreMs", "LagSeconds"}
    alarms = of_type("AWS::CloudWatch::Alarm")
    for key, alarm in alarms.items():
        (dimension,) = alarm["Dimensions"]
        if alarm["Namespace"] == "hooklog":
            assert alarm["MetricName"] in metrics, key
        if alarm["Namespace"] in ("hooklog", "AWS/Lambda"):
            assert dimension == {"Name": "FunctionName", "Value": {"Ref": "ReceiverFunction"}}, key
        missing = "breaching" if key == "SilenceAlarm" else "notBreaching"
        assert alarm["TreatMissingData"] == missing, key
    watched = {alarm["MetricName"] for alarm in alarms.values()}
    assert {"Lost", "Overflowed", "Rejected", "Stored", "Errors", "Throttles"} <= watched, watched


def test_the_parameter_takes_digests_and_no_token():
    pattern = TEMPLATE["Parameters"]["TokenDigests"]["AllowedPattern"]
    digest = "sha256:" + "0a" * 32
    for good in [digest, f"crm={digest}", f"a={digest}@m1,{digest}"]:
        assert re.fullmatch(pattern, good), good
    for bad in ["", "token", "crm=token", f"{digest},", f"{digest} {digest}", digest[:-1], f"{digest}@"]:
        assert not re.fullmatch(pattern, bad), bad


def main():
    tests = [(name, test) for name, test in globals().items() if name.startswith("test_")]
    failed = 0
    for name, test in tests:
        try:
            test()
            print(f"{name} ... ok")
        except Exception:  # one broken rule must not hide the others
            failed += 1
            print(f"{name} ... FAILED\n{traceback.format_exc()}")
    print(f"{len(tests) - failed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
