"""The queries of docs/queries.md, run by DuckDB over a folder that the real binary filled."""

import json
import re
import subprocess
from collections import Counter, defaultdict
from datetime import datetime

import duckdb
import pytest
from rendered import ROOT, TEMPLATE

# Each SQL block by the heading above it.
BLOCKS = dict(re.findall(r"^## ([^\n]+)\n(?:(?!\n## ).)*?```sql\n(.*?)```", (ROOT / "docs/queries.md").read_text(), re.M | re.S))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("store") / "hooklog-data"
    # Twice, so that each event has a duplicate.
    for _ in range(2):
        subprocess.run([ROOT / "target/debug/hooklog", "demo", "--keep", folder], check=True, stdout=subprocess.DEVNULL)
    return folder


@pytest.fixture(scope="module")
def events(folder):
    """What the files themselves say."""
    paths = sorted(folder.glob("events/date=*/*.json"), key=lambda path: path.name)
    events = [json.loads(path.read_text()) | {"date": path.parent.name.removeprefix("date=")} for path in paths]
    assert len(events) > 100
    return events


@pytest.fixture(scope="module")
def database(folder):
    database = duckdb.connect(config={"autoinstall_known_extensions": False})
    here = BLOCKS["In DuckDB"].replace("'hooklog-data/", f"'{folder}/")
    assert str(folder) in here
    database.execute(here)
    return database


@pytest.fixture
def ask(database):
    def ask(heading):
        return database.execute(BLOCKS[heading]).fetchall()

    return ask


def test_each_heading_is_tested():
    queries = {"Events per code and day", "Lag", "Last seen per portal", "Duplicates", "Each event once", "One entity's history"}
    assert set(BLOCKS) == queries | {"In DuckDB"}


def test_athenas_table_and_duckdbs_view_have_the_columns_that_the_schema_names(database):
    table = TEMPLATE["Resources"]["EventTable"]["Properties"]["TableInput"]
    columns = [column["Name"] for column in table["StorageDescriptor"]["Columns"] + table["PartitionKeys"]]
    assert columns == [row[0] for row in database.execute("DESCRIBE events").fetchall()]
    schema = json.loads((ROOT / "schema/event.schema.json").read_text())
    assert sorted(columns) == sorted([*schema["properties"], "date"])


def test_a_row_has_what_the_file_has(database, events):
    rows = database.execute("SELECT * FROM events ORDER BY id")
    names = [column[0] for column in rows.description]
    for row, event in zip(rows.fetchall(), events, strict=True):
        row = dict(zip(names, row))
        row["data"] = json.loads(row["data"])
        assert {name: value for name, value in row.items() if value is not None} == event


def test_events_per_code_and_day(ask, events):
    counts = Counter((event["date"], event["type"]) for event in events)
    expected = [(date, code, count) for (date, code), count in counts.items()]
    assert ask("Events per code and day") == sorted(expected, key=lambda row: (row[0], -row[2], row[1]))


def test_lag(ask, events):
    lags = defaultdict(list)
    for event in events:
        sent, received = (datetime.fromisoformat(event[name]) for name in ["time", "receivedtime"])
        if event["time"] != event["receivedtime"]:
            lags[event["date"]].append((received - sent).total_seconds())
    assert sum(map(len, lags.values())) > 50
    for row, (date, lags) in zip(ask("Lag"), sorted(lags.items()), strict=True):
        day, count, median, p99, longest = row
        assert (day, count, longest) == (date, len(lags), max(lags))
        assert sum(lag <= median for lag in lags) >= len(lags) / 2 >= sum(lag < median for lag in lags)
        assert sum(lag <= p99 for lag in lags) >= len(lags) * 0.99 >= sum(lag < p99 for lag in lags)


def test_last_seen_per_portal(ask, events):
    last = {event["source"]: event for event in events}
    count = Counter(event["source"] for event in events)
    rows = ask("Last seen per portal")
    assert len(rows) > 1
    assert {row[0]: row[1:] for row in rows} == {
        source: (count[source], event["receivedtime"], event["type"]) for source, event in last.items()
    }
    assert [row[2] for row in rows] == sorted((row[2] for row in rows), reverse=True)


def test_duplicates(ask, events):
    times = Counter(event["contenthash"] for event in events)
    assert {row[0]: row[1] for row in ask("Duplicates")} == {name: count for name, count in times.items() if count > 1}
    assert len(times) < len(events)


def test_each_event_once(ask, events):
    first = {}
    for event in events:
        first.setdefault((event["source"], event["contenthash"]), event["id"])
    assert [row[0] for row in ask("Each event once")] == sorted(first.values())


def test_one_entitys_history(ask, events):
    rows = ask("One entity's history")
    expected = [
        event
        for event in events
        if event["source"] == "https://example.bitrix24.ru"
        and event["type"].startswith("bitrix24.ONTASK")
        and event.get("subject") == "9"
    ]
    assert len(expected) >= 2
    assert [row[:4] for row in rows] == [
        (event["receivedtime"], event["type"], event["tokenname"], event["data"].get("event_handler_id"))
        for event in expected
    ]
    assert [json.loads(row[4]) for row in rows] == [event["data"] for event in expected]
