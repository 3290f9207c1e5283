#!/usr/bin/env node
/** @file Runs the command `tfjs-implicit`. */
import {command} from './command.js';
import {EXIT} from './failure.js';

// Whoever reads has gone.
process.stdout.on('error', () => process.exit(EXIT.interrupted));
const code = await command(process.argv.slice(2));
// Worker threads and standard input may keep the process.
process.exit(code);
