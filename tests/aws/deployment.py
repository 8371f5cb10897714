"""A deployment of the rendered template against moto's CloudFormation: made, changed, deleted.

moto's CloudFormation knows no alarms, function URLs, bucket policies, Glue or Athena: those are left out, and that is
said. Of a bucket it makes the encryption and nothing else: the rest is put through S3's own interface here.
"""

import importlib
import io
import json
import re
import zipfile

import boto3
import pytest
from moto import mock_aws
from moto.core.common_models import CloudFormationModel
from rendered import TEMPLATE, render

STACK = "hooklog"
DIGEST = "url=sha256:" + "0a" * 32
# moto finds a type only when its service is loaded.
for service in ["awslambda", "athena", "cloudwatch", "glue", "iam", "logs", "s3", "sns", "sqs"]:
    importlib.import_module(f"moto.{service}.models")


def types(model=CloudFormationModel):
    for kind in model.__subclasses__():
        yield kind.cloudformation_type()
        yield from types(kind)


def known_to_moto():
    """The template without what moto cannot make, and what that is."""
    template, known = render(), set(types())
    left_out = {key: resource for key, resource in template["Resources"].items() if resource["Type"] not in known}
    for key in left_out:
        del template["Resources"][key]
    outputs = template["Outputs"].items()
    template["Outputs"] = {name: output for name, output in outputs if not any(key in str(output) for key in left_out)}
    return json.dumps(template), sorted({resource["Type"] for resource in left_out.values()})


@pytest.fixture
def aws(monkeypatch):
    for name, value in {"ACCESS_KEY_ID": "key", "SECRET_ACCESS_KEY": "secret", "DEFAULT_REGION": "eu-central-1"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    with mock_aws():
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            archive.writestr("bootstrap", "nobody runs this")
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        s3.put_object(Bucket="bucket", Key="code.zip", Body=code.getvalue())
        yield


def deploy(**parameters):
    """Makes the stack, or changes it."""
    cloudformation = boto3.client("cloudformation")
    template, _left_out = known_to_moto()
    parameters = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
    there = cloudformation.list_stacks(StackStatusFilter=["CREATE_COMPLETE", "UPDATE_COMPLETE"])["StackSummaries"]
    put = cloudformation.update_stack if there else cloudformation.create_stack
    put(StackName=STACK, TemplateBody=template, Parameters=parameters, Capabilities=["CAPABILITY_IAM"])
    (stack,) = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
    assert stack["StackStatus"] == ("UPDATE_COMPLETE" if there else "CREATE_COMPLETE")
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def physical(name):
    """What CloudFormation made of a resource; moto has an empty entry for each that a condition left out."""
    resources = boto3.client("cloudformation").describe_stack_resources(StackName=STACK)["StackResources"]
    (found,) = [entry["PhysicalResourceId"] for entry in resources if entry.get("LogicalResourceId") == name]
    return found


def configure(bucket):
    """Tells S3 about the bucket what CloudFormation would and moto's does not."""
    s3, resources = boto3.client("s3"), render()["Resources"]
    written = resources["EventBucket"]["Properties"]
    access, owner, versioning = (
        {name: written[name]}
        for name in ["PublicAccessBlockConfiguration", "OwnershipControls", "VersioningConfiguration"]
    )
    s3.put_public_access_block(Bucket=bucket, **access)
    s3.put_bucket_ownership_controls(Bucket=bucket, **owner)
    s3.put_bucket_versioning(Bucket=bucket, **versioning)
    rules = [lifecycle_rule(rule) for rule in written["LifecycleConfiguration"]["Rules"]]
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})
    policy = json.dumps(resources["EventBucketPolicy"]["Properties"]["PolicyDocument"])
    policy = policy.replace('{"Fn::GetAtt": ["EventBucket", "Arn"]}', f'"arn:aws:s3:::{bucket}"')
    policy = policy.replace('{"Fn::Sub": "${EventBucket.Arn}/*"}', f'"arn:aws:s3:::{bucket}/*"')
    s3.put_bucket_policy(Bucket=bucket, Policy=policy)


def lifecycle_rule(rule):
    """A rule of the template in S3's own words."""
    rule = {"ID": rule["Id"], "Filter": {"Prefix": rule.get("Prefix", "")}} | rule
    if "ExpirationInDays" in rule:
        days = rule["ExpirationInDays"]
        rule["Expiration"] = {"Days": TEMPLATE["Parameters"]["EventDays"]["Default"] if isinstance(days, dict) else days}
    if "ExpiredObjectDeleteMarker" in rule:
        rule["Expiration"] = {"ExpiredObjectDeleteMarker": True}
    theirs = {"Id", "Prefix", "ExpirationInDays", "ExpiredObjectDeleteMarker"}
    return {key: value for key, value in rule.items() if key not in theirs}


def test_what_moto_lacks_is_known(capsys):
    _template, left_out = known_to_moto()
    with capsys.disabled():
        print(f"\nnot deployed, because moto does not know them: {', '.join(left_out)}")
    assert left_out == [
        "AWS::Athena::WorkGroup",
        "AWS::CloudWatch::Alarm",
        "AWS::Glue::Database",
        "AWS::Glue::Table",
        "AWS::Lambda::Url",
        "AWS::S3::BucketPolicy",
    ]


def test_the_bucket_is_made_as_written(aws):
    bucket = deploy(TokenDigests=DIGEST)["Bucket"]
    configure(bucket)
    s3 = boto3.client("s3")
    (encryption,) = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert encryption["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    blocks = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert len(blocks) == 4 and set(blocks.values()) == {True}
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    rules = {rule["ID"]: rule for rule in s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]}
    assert [rules[name]["Expiration"]["Days"] for name in ["events", "rejected", "results"]] == [365, 14, 7]
    assert rules["leftovers"]["NoncurrentVersionExpiration"]["NoncurrentDays"] == 30
    assert rules["leftovers"]["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"] == 1
    policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    arn = f"arn:aws:s3:::{bucket}"
    assert all(statement["Resource"] == [arn, f"{arn}/*"] for statement in policy["Statement"])


def test_the_queue_is_made_as_written(aws):
    deploy(TokenDigests=DIGEST)
    sqs = boto3.client("sqs")
    overflow, dead_letters = (
        sqs.get_queue_attributes(QueueUrl=physical(name), AttributeNames=["All"])["Attributes"]
        for name in ["OverflowQueue", "DeadLetterQueue"]
    )
    assert overflow["MessageRetentionPeriod"] == dead_letters["MessageRetentionPeriod"] == str(14 * 24 * 3600)
    assert overflow["VisibilityTimeout"] == "360"
    redrive = json.loads(overflow["RedrivePolicy"])
    assert redrive["deadLetterTargetArn"] == dead_letters["QueueArn"] and int(redrive["maxReceiveCount"]) == 240


def test_the_functions_have_their_settings_their_roles_and_the_queue(aws):
    bucket = deploy(TokenDigests=DIGEST)["Bucket"]
    functions = boto3.client("lambda")
    receiver, drain = (
        functions.get_function_configuration(FunctionName=physical(f"{name}Function")) for name in ["Receiver", "Drain"]
    )
    assert receiver["Environment"]["Variables"] == {
        "HOOKLOG_STORE": f"s3://{bucket}",
        "HOOKLOG_OVERFLOW": physical("OverflowQueue"),
        "HOOKLOG_TOKENS": DIGEST,
    }
    assert drain["Environment"]["Variables"] == {"HOOKLOG_STORE": f"s3://{bucket}"}
    for function, role in [(receiver, "ReceiverRole"), (drain, "DrainRole")]:
        assert function["Role"].endswith(f"/{physical(role)}")
        assert (function["Runtime"], function["Architectures"]) == ("provided.al2023", ["x86_64"])
    (mapping,) = functions.list_event_source_mappings(FunctionName=drain["FunctionName"])["EventSourceMappings"]
    assert mapping["EventSourceArn"].endswith(f":{physical('OverflowQueue').rpartition('/')[2]}")
    policy = boto3.client("iam").get_role_policy(RoleName=physical("ReceiverRole"), PolicyName="receive")
    resources = re.findall(r"'arn:aws:s3:::([^']+)'", str(policy["PolicyDocument"]))
    assert resources == [f"{bucket}/events/*", f"{bucket}/rejected/*"]


def test_the_dashboard_is_json_and_says_where_it_is(aws):
    url = deploy(TokenDigests=DIGEST)["DashboardUrl"]
    name = url.rpartition("/")[2]
    body = boto3.client("cloudwatch").get_dashboard(DashboardName=name)["DashboardBody"]
    assert len(json.loads(body)["widgets"]) == 7 and "${" not in body


def test_another_token_reaches_the_function_and_deleting_leaves_the_bucket_with_its_events(aws):
    bucket = deploy(TokenDigests=DIGEST)["Bucket"]
    dead_letters = physical("DeadLetterQueue")
    s3, functions = boto3.client("s3"), boto3.client("lambda")
    s3.put_object(Bucket=bucket, Key="events/date=2026-11-24/x.json", Body=b"{}")
    both = f"{DIGEST},crm=sha256:{'1b' * 32}"
    assert deploy(TokenDigests=both)["Bucket"] == bucket
    receiver = functions.get_function_configuration(FunctionName=physical("ReceiverFunction"))
    assert receiver["Environment"]["Variables"]["HOOKLOG_TOKENS"] == both
    boto3.client("cloudformation").delete_stack(StackName=STACK)
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 1
    assert boto3.client("sqs").list_queues().get("QueueUrls") == [dead_letters]
    assert functions.list_functions()["Functions"] == []
