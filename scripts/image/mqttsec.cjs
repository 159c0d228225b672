#!/usr/local/bin/node --disable-warning=ExperimentalWarning
// Starts the bundle in the image, where there is no shell for bin/mqttsec.
'use strict';
const path = require('node:path');

process.env.MQTTSEC_PROGRAM = path.basename(process.argv[1] ?? 'mqttsec');
// Operator and agent keep what is declared in memory: why they have these flags, bin/mqttsec says.
if (['operator', 'agent'].includes(process.argv[2])) {
  for (const flag of ['--heap-growing-percent=20', '--no-separate-gc-phases'])
    require('node:v8').setFlagsFromString(flag);
}
// Libraries in the bundle would speak of theirs in the middle of the log.
process.noDeprecation = true;
import('/usr/local/lib/mqttsec/mqttsec.js');
