<?php
// The same, but the entry is on the disk before the answer.

$entry = "\n------------------------\n" . date('Y.m.d G:i:s') . "\nevent\n" . print_r($_REQUEST, true);
$log = fopen(getenv('HOOK_LOG'), 'a');
if (fwrite($log, $entry . "\n------------------------\n") === false || !fsync($log)) {
    http_response_code(503);
}
