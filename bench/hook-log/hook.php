<?php
// What most people have: the tutorials' receiver, which appends what came to a file beside itself.

$entry = "\n------------------------\n" . date('Y.m.d G:i:s') . "\nevent\n" . print_r($_REQUEST, true);
file_put_contents(getenv('HOOK_LOG'), $entry . "\n------------------------\n", FILE_APPEND);
