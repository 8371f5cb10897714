-- Posts the task event, each time about another task, and tells what came of it on one line:
-- answers, microseconds, median and 99th percentile in microseconds, failures.

local head = { ["Content-Type"] = "application/x-www-form-urlencoded", ["User-Agent"] = "Bitrix24 Webhook Engine" }
local before, after, task

function init(arguments)
    local file = assert(io.open(arguments[1]))
    before, after = file:read("*a"):match("^(.*FIELDS_AFTER%%5D%%5BID%%5D=)%d+(.*)$")
    file:close()
    head["Connection"] = arguments[2]
    task = os.time() * 100000
end

function request()
    task = task + 1
    return wrk.format("POST", nil, head, before .. string.format("%d", task) .. after)
end

function done(summary, latency)
    local errors = summary.errors
    local failures = errors.connect + errors.read + errors.write + errors.status + errors.timeout
    local p50, p99 = latency:percentile(50), latency:percentile(99)
    io.write(string.format("RESULT %d %d %d %d %d\n", summary.requests, summary.duration, p50, p99, failures))
end
