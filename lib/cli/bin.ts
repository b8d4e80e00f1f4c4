#!/usr/bin/env node
/** The command as the package installs it. */
import { runProcess } from './command-process.js'

await runProcess()
