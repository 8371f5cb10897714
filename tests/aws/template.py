"""What must hold for template.yaml, rendered to plain CloudFormation by AWS's own translator."""

import re

from rendered import ROOT, TEMPLATE, render

BUCKET = "EventBucket"
EVENTS = {"Fn::Sub": "${EventBucket.Arn}/events/*"}
REJECTED = {"Fn::Sub": "${EventBucket.Arn}/rejected/*"}
RESULTS = {"Fn::Sub": "${EventBucket.Arn}/athena/*"}
HERE = "${AWS::Region}:${AWS::AccountId}"

RENDERED = render()
RESOURCES = RENDERED["Resources"]


def arn(resource):
    return {"Fn::GetAtt": [resource, "Arn"]}


def as_list(value):
    return value if isinstance(value, list) else [value]


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
        if "*" in str(resource):
            assert resource in (EVENTS, REJECTED, RESULTS), resource


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
    same(
        allowed([of_type("AWS::IAM::ManagedPolicy")["ReaderPolicy"]]),
        [("s3:ListBucket", arn(BUCKET)), ("s3:GetObject", EVENTS), ("s3:GetObject", REJECTED)],
    )


def test_who_asks_in_athena_may_ask_in_one_workgroup_and_read_one_table():
    athena = {"Fn::Sub": f"arn:${{AWS::Partition}}:athena:{HERE}:workgroup/${{Workgroup}}"}
    words = ["GetQueryExecution", "GetQueryResults", "GetWorkGroup", "StartQueryExecution", "StopQueryExecution"]
    table = [f"arn:${{AWS::Partition}}:glue:{HERE}:{end}" for end in ["catalog", "database/${Database}", "table/${Database}/events"]]
    glue = [(f"glue:{word}", {"Fn::Sub": part}) for word in ["GetDatabase", "GetPartitions", "GetTable"] for part in table]
    bucket = [("s3:GetBucketLocation", arn(BUCKET)), ("s3:ListBucket", arn(BUCKET)), ("s3:GetObject", EVENTS)]
    results = [(f"s3:{word}", RESULTS) for word in ["AbortMultipartUpload", "GetObject", "PutObject"]]
    same(
        allowed([of_type("AWS::IAM::ManagedPolicy")["AthenaPolicy"]]),
        [*((f"athena:{word}", athena) for word in words), *glue, *bucket, *results],
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
    assert by_prefix["athena/"]["ExpirationInDays"] == 7
    assert by_prefix[None]["NoncurrentVersionExpiration"] == {"NoncurrentDays": 30}
    assert by_prefix[None]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}


def test_the_lock_and_eventbridge_are_off_until_somebody_wants_them():
    bucket = RESOURCES[BUCKET]["Properties"]
    nothing = {"Ref": "AWS::NoValue"}
    for key in ["ObjectLockEnabled", "ObjectLockConfiguration", "NotificationConfiguration"]:
        _condition, _wanted, otherwise = bucket[key]["Fn::If"]
        assert otherwise == nothing, key
    retention = bucket["ObjectLockConfiguration"]["Fn::If"][1]["Rule"]["DefaultRetention"]
    assert retention == {"Mode": "GOVERNANCE", "Days": {"Ref": "ObjectLockDays"}}
    parameters = TEMPLATE["Parameters"]
    assert (parameters["ObjectLockDays"]["Default"], parameters["EventBridge"]["Default"]) == (0, "false")


def test_athenas_table_has_its_days_by_itself():
    table = RESOURCES["EventTable"]["Properties"]["TableInput"]
    assert [key["Name"] for key in table["PartitionKeys"]] == ["date"]
    projection = table["Parameters"]
    assert projection["projection.enabled"] == "true" and projection["projection.date.format"] == "yyyy-MM-dd"
    # The folder of a day, as src/record/key.rs names it.
    assert projection["storage.location.template"] == {"Fn::Sub": "s3://${EventBucket}/events/date=${!date}"}
    group = RESOURCES["Workgroup"]["Properties"]["WorkGroupConfiguration"]
    assert group["EnforceWorkGroupConfiguration"] is True and group["BytesScannedCutoffPerQuery"] == 10 << 30
    for key in ["Database", "EventTable", "Workgroup", "AthenaPolicy"]:
        assert RESOURCES[key]["Condition"] == "HasAthena", key


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


def test_every_parameter_is_explained_limited_and_in_a_group():
    groups = RENDERED["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    assert sorted(name for group in groups for name in group["Parameters"]) == sorted(TEMPLATE["Parameters"])
    for name, parameter in TEMPLATE["Parameters"].items():
        assert len(parameter["Description"]) > 40, name
        assert {"AllowedPattern", "AllowedValues", "MinValue"} & set(parameter), name
        if "AllowedPattern" in parameter:
            assert "ConstraintDescription" in parameter, name
    without_default = [name for name, parameter in TEMPLATE["Parameters"].items() if "Default" not in parameter]
    assert without_default == ["TokenDigests"]


def test_the_outputs_say_what_to_do_next():
    for name, output in TEMPLATE["Outputs"].items():
        assert len(output["Description"]) > 30, name
    assert {"HandlerUrl", "RobotUrl", "Bucket", "LogGroup", "ReaderPolicy", "Check", "DashboardUrl"} <= set(TEMPLATE["Outputs"])


def test_the_parameter_takes_digests_and_no_token():
    pattern = TEMPLATE["Parameters"]["TokenDigests"]["AllowedPattern"]
    digest = "sha256:" + "0a" * 32
    for good in [digest, f"crm={digest}", f"a={digest}@m1,{digest}"]:
        assert re.fullmatch(pattern, good), good
    for bad in ["", "token", "crm=token", f"{digest},", f"{digest} {digest}", digest[:-1], f"{digest}@"]:
        assert not re.fullmatch(pattern, bad), bad
