<?php
// How long PHP's own `parse_str` takes for the forms of `benches/form.rs`: a line for each, its name as that bench prints
// it, a tab, and the median in nanoseconds.

const SAMPLES = 200;

function sample(string $name): string
{
    foreach (file(__DIR__ . '/../../data/samples.jsonl') as $line) {
        $sample = json_decode($line, true);
        if ($sample['name'] === $name) {
            return $sample['body'];
        }
    }
    throw new RuntimeException("there is no sample $name");
}

function large_deal(): string
{
    $body = 'event=ONCRMDEALUPDATE&ts=1670179131';
    for ($field = 1; strlen($body) < 200_000; $field++) {
        $name = 'data%5BFIELDS%5D%5BUF_CRM_' . (1_600_000_000 + $field) . '%5D';
        $body .= match ($field % 4) {
            0 => "&$name=" . str_repeat('%D0%9F%D1%80%D0%B8%D0%B2%D0%B5%D1%82+', 2),
            1 => "&$name%5B0%5D=$field&$name%5B1%5D=$field",
            2 => "&$name=https%3A%2F%2Fexample.bitrix24.ru%2Fcrm%2Fdeal%2F$field%2F",
            default => "&$name=a+plain+text+of+some+words",
        };
    }
    return $body . '&auth%5Bdomain%5D=example.bitrix24.ru';
}

/** The median of many samples, each long enough for the clock. */
function nanoseconds(string $body): float
{
    $times = max(1, intdiv(100_000, strlen($body)));
    $samples = [];
    for ($sample = 0; $sample < SAMPLES; $sample++) {
        $started = hrtime(true);
        for ($time = 0; $time < $times; $time++) {
            parse_str($body, $tree);
        }
        $samples[] = (hrtime(true) - $started) / $times;
    }
    if (!isset($tree['auth']['domain'])) {
        throw new RuntimeException('parse_str has cut the form: raise max_input_vars');
    }
    sort($samples);
    return $samples[intdiv(SAMPLES, 2)];
}

$forms = [
    'task event' => sample('task-add'),
    'bot event' => sample('bot-v2-command-add'),
    'large deal' => large_deal(),
];
foreach ($forms as $name => $body) {
    printf("%s (%d bytes)\t%.0f\n", $name, strlen($body), nanoseconds($body));
}
