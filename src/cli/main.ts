#!/usr/bin/env node
/**
 * @file The `shatter` command, as a process.
 */

import { runProgram } from "./program.ts";
import { guardStreams } from "./streams.ts";

guardStreams();
await runProgram();
