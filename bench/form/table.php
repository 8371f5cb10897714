<?php
// Puts side by side what parse_str.php and `cargo bench --bench form -- hooklog` printed, as a Markdown table. Both name a
// form together with its length, so that different forms cannot be compared.

const NANOSECONDS = ['ns' => 1, 'µs' => 1e3, 'ms' => 1e6];

[, $parse_str, $divan] = $argv;
// A name, the fastest, the slowest, and the median.
const ROW = '/─ ([^─(]+ \(\d+ bytes\)) +\S+ \S+ +│ \S+ \S+ +│ (\S+) (ns|µs|ms)/u';
preg_match_all(ROW, file_get_contents($divan), $rows, PREG_SET_ORDER);
$hooklog = [];
foreach ($rows as [, $form, $median, $unit]) {
    $hooklog[$form] = $median * NANOSECONDS[$unit];
}
echo "| form | PHP, µs | hooklog, µs | hooklog / PHP |\n|---|---|---|---|\n";
foreach (file($parse_str, FILE_IGNORE_NEW_LINES) as $line) {
    [$form, $php] = explode("\t", $line);
    if (!isset($hooklog[$form])) {
        fwrite(STDERR, "benches/form.rs has no form named $form\n");
        exit(1);
    }
    printf("| %s | %.2f | %.2f | %.2f |\n", $form, $php / 1e3, $hooklog[$form] / 1e3, $hooklog[$form] / $php);
}
