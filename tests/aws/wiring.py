"""What the template and the code must agree on: names of settings and of metrics. Each breaks when the two part."""

import json
import re

import pytest
from rendered import ROOT, TEMPLATE, render

RENDERED = render()
RESOURCES = RENDERED["Resources"]
FUNCTION = {"Name": "FunctionName", "Value": {"Ref": "ReceiverFunction"}}

# Settings that the code knows and the template leaves alone.
LEFT_ALONE = {"HOOKLOG_BODY_MAX"}  # by default it takes what a function URL takes


def of_type(name):
    return {key: resource["Properties"] for key, resource in RESOURCES.items() if resource["Type"] == name}


def queue(name):
    return {"Name": "QueueName", "Value": {"Fn::GetAtt": [name, "QueueName"]}}


def emitted():
    """The metrics that src/telemetry.rs names, and their namespace."""
    code = (ROOT / "src/telemetry.rs").read_text()
    body = re.search(r"fn metrics\(.*?\n    }\n", code, re.S)[0]
    names = set(re.findall(r'Some\("(\w+)"\)|name: "(\w+)"', body))
    (namespace,) = re.findall(r'const NAMESPACE: &str = "(\w+)";', code)
    return namespace, {first or second for first, second in names}


def shown():
    """The widgets of the dashboard, with every name in place of what CloudFormation puts there."""
    body = RESOURCES["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    return json.loads(re.sub(r"\$\{(\w+)Quota\}", "10", body))["widgets"]


def test_every_setting_of_the_template_is_known_to_the_code_and_the_reverse():
    known = set(re.findall(r'^ +"(HOOKLOG_\w+)" =>', (ROOT / "src/config.rs").read_text(), re.M))
    assert len(known) >= 4
    used = set(re.findall(r"HOOKLOG_\w+", (ROOT / "template.yaml").read_text()))
    assert used | LEFT_ALONE == known and not used & LEFT_ALONE


def test_each_function_is_told_what_it_needs_and_no_more():
    settings = {key: function["Environment"]["Variables"] for key, function in of_type("AWS::Lambda::Function").items()}
    assert settings == {
        "ReceiverFunction": {
            "HOOKLOG_STORE": {"Fn::Sub": "s3://${EventBucket}"},
            "HOOKLOG_OVERFLOW": {"Ref": "OverflowQueue"},
            "HOOKLOG_TOKENS": {"Ref": "TokenDigests"},
        },
        "DrainFunction": {"HOOKLOG_STORE": {"Fn::Sub": "s3://${EventBucket}"}},
    }


# Namespace, metric, dimension, statistic, threshold.
ALARMS = {
    "LostAlarm": ("hooklog", "Lost", FUNCTION, "Sum", ">= 1"),
    "OverflowedAlarm": ("hooklog", "Overflowed", FUNCTION, "Sum", ">= 1"),
    "RejectedAlarm": ("hooklog", "Rejected", FUNCTION, "Sum", "> 20"),
    "SilenceAlarm": ("hooklog", "Stored", FUNCTION, "Sum", "< 1"),
    "ErrorsAlarm": ("AWS/Lambda", "Errors", FUNCTION, "Sum", ">= 1"),
    "ThrottlesAlarm": ("AWS/Lambda", "Throttles", FUNCTION, "Sum", ">= 1"),
    "Url5xxAlarm": ("AWS/Lambda", "Url5xxCount", FUNCTION, "Sum", ">= 1"),
    "LatencyAlarm": ("AWS/Lambda", "UrlRequestLatency", FUNCTION, "p99", "> 2000"),
    "OldestOverflowAlarm": ("AWS/SQS", "ApproximateAgeOfOldestMessage", queue("OverflowQueue"), "Maximum", ">= 3600"),
    "DeadLettersAlarm": ("AWS/SQS", "ApproximateNumberOfMessagesVisible", queue("DeadLetterQueue"), "Maximum", ">= 1"),
}
COMPARED = {"GreaterThanOrEqualToThreshold": ">=", "GreaterThanThreshold": ">", "LessThanThreshold": "<"}


@pytest.mark.parametrize("name", ALARMS)
def test_the_alarm_looks_at(name):
    alarm = of_type("AWS::CloudWatch::Alarm")[name]
    (dimension,) = alarm["Dimensions"]
    statistic = alarm.get("Statistic", alarm.get("ExtendedStatistic"))
    threshold = f"{COMPARED[alarm['ComparisonOperator']]} {alarm['Threshold']}"
    assert (alarm["Namespace"], alarm["MetricName"], dimension, statistic, threshold) == ALARMS[name]
    assert alarm["TreatMissingData"] == ("breaching" if name == "SilenceAlarm" else "notBreaching")


def test_the_alarm_on_concurrency_compares_with_the_quota():
    alarm = of_type("AWS::CloudWatch::Alarm")["ConcurrencyAlarm"]
    expression, metric = alarm["Metrics"]
    assert expression["Expression"] == {"Fn::Sub": "100 * claimed / ${ConcurrencyQuota}"}
    metric = metric["MetricStat"]
    assert metric["Metric"] == {"Namespace": "AWS/Lambda", "MetricName": "ClaimedAccountConcurrency"}
    assert (metric["Stat"], alarm["ComparisonOperator"], alarm["Threshold"]) == ("Maximum", "GreaterThanThreshold", 80)


def test_every_alarm_is_checked_here_and_tells_whoever_wants_to_know():
    alarms = of_type("AWS::CloudWatch::Alarm")
    assert set(alarms) == set(ALARMS) | {"ConcurrencyAlarm"}
    to = {"Fn::If": ["HasAlarmEmail", {"Ref": "AlarmTopic"}, {"Ref": "AWS::NoValue"}]}
    assert all(alarm["AlarmActions"] == [to] for alarm in alarms.values())
    assert RESOURCES["AlarmTopic"]["Condition"] == "HasAlarmEmail"
    silence = TEMPLATE["Parameters"]["SilenceHours"]
    # CloudWatch looks back for 7 days and no further.
    assert alarms["SilenceAlarm"]["Period"] * silence["MaxValue"] <= 7 * 24 * 3600


def test_alarms_and_dashboard_know_every_metric_that_the_code_emits_and_no_other():
    namespace, names = emitted()
    assert {alarm[1] for alarm in ALARMS.values() if alarm[0] == namespace} == {"Lost", "Overflowed", "Rejected", "Stored"}
    metrics = [metric for widget in shown() for metric in widget["properties"].get("metrics", [])]
    ours = [metric for metric in metrics if not metric[0].startswith("AWS/")]
    assert {metric[0] for metric in ours} == {namespace}
    assert {metric[1] for metric in ours} == names
    assert all(metric[2:4] == ["FunctionName", "${ReceiverFunction}"] for metric in ours)


def test_the_dashboards_log_query_asks_for_members_that_the_lines_have():
    (query,) = [widget["properties"]["query"] for widget in shown() if widget["type"] == "log"]
    fields = re.search(r"fields @timestamp, ([\w, ]+?) \|", query)[1].split(", ")
    code = "".join((ROOT / path).read_text() for path in ["src/telemetry.rs", "src/bin/drain.rs"])
    for field in fields:
        assert f'"{field}"' in code, field
